// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include "base/file.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace jumplora::testing {
namespace {

// The environment of this process with another data folder.
std::vector<std::string> environmentWith(const std::filesystem::path& dataHome) {
    std::vector<std::string> variables;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string variable = *each;
        if (!variable.starts_with("XDG_DATA_HOME=") && !variable.starts_with("COLUMNS="))
            variables.push_back(variable);
    }
    variables.push_back("XDG_DATA_HOME=" + dataHome.string());
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

ProgramResult runProgram(const std::filesystem::path& dataHome, const std::vector<std::string>& arguments,
                         const std::string& input) {
    std::filesystem::create_directories(dataHome);
    const auto in = dataHome / "stdin";
    const auto out = dataHome / "stdout";
    const auto err = dataHome / "stderr";
    writeFileAtomically(in, input);
    std::vector<std::string> command = {JUMPLORA_PROGRAM};
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<std::string> environment = environmentWith(dataHome);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    pid_t child = 0;
    const int error = ::posix_spawn(&child, JUMPLORA_PROGRAM, &files, nullptr, pointers(command).data(),
                                    pointers(environment).data());
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error(std::string("cannot start ") + JUMPLORA_PROGRAM);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ProgramResult result;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.out = readFile(out);
    result.err = readFile(err);
    return result;
}

}  // namespace jumplora::testing
