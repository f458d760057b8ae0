// SPDX-License-Identifier: Apache-2.0
#include "model/threads.h"

#include "base/cpu.h"
#include "base/torch_api.h"

namespace jumplora {

int setComputeThreads(int requested) {
    at::set_num_threads(requested > 0 ? requested : inspectCpu().cores);
    return at::get_num_threads();
}

}  // namespace jumplora
