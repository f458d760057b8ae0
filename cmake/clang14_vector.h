// SPDX-License-Identifier: Apache-2.0
#pragma once
// Included first by scripts/lint.sh only. clang 14 in C++20 mode instantiates constexpr members of
// libstdc++'s std::vector as soon as they are named, which LibTorch's headers (std::vector<IValue> with
// IValue incomplete) do not survive; g++ waits. Here the members of std::vector are not constexpr. The one
// function that libstdc++ has declared constexpr before gets another name, as both declarations would have to
// agree.
#include <string>
#pragma push_macro("_GLIBCXX20_CONSTEXPR")
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#define __fill_a1 fillBits
#include <vector>
#undef __fill_a1
#pragma pop_macro("_GLIBCXX20_CONSTEXPR")
