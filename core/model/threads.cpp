// SPDX-License-Identifier: Apache-2.0
#include "model/threads.h"

#include "base/cpu.h"
#include "base/torch_api.h"

#include <cstdlib>

namespace jumplora {

int setComputeThreads(int requested) {
    if (requested > 0) {
        at::set_num_threads(requested);
    } else if (std::getenv("OMP_NUM_THREADS") == nullptr) {
        at::set_num_threads(inspectCpu().cores);
    }
    return at::get_num_threads();
}

}  // namespace jumplora
