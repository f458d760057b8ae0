// SPDX-License-Identifier: Apache-2.0
// A program with a make-believe OpenBLAS inside: it does not know the processor and takes "Prescott" unless
// OPENBLAS_CORETYPE says otherwise; its Haswell kernels are the fast ones. Prints the kernels in use.
#include "base/blas.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

extern "C" {
char* openblas_get_corename() {
    static std::string name =
        std::getenv("OPENBLAS_CORETYPE") ? std::getenv("OPENBLAS_CORETYPE") : "Prescott";
    return name.data();
}
char* openblas_get_config() {
    static std::string config = "OpenBLAS 0.0.1 DYNAMIC_ARCH";
    return config.data();
}
void cblas_sgemm(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*,
                 int) {
    using namespace std::chrono_literals;
    std::this_thread::sleep_for(openblas_get_corename() == std::string("Haswell") ? 2ms : 20ms);
}
}

int main(int, char** argv) {
    jumplora::ensureFastBlas(argv);
    std::printf("%s %s\n", argv[1], jumplora::openblasCore().c_str());
}
