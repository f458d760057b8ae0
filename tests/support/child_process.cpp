// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace jumplora::testing {
namespace {

int resultOf(int status) { return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status); }

}  // namespace

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {program};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(all.size() + 1);
    for (std::string& argument : all) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    m_id = ::fork();
    if (m_id < 0) throw std::runtime_error("cannot fork");
    if (m_id == 0) {
        ::execv(program.c_str(), pointers.data());
        ::_exit(127);
    }
}

ChildProcess::~ChildProcess() {
    kill();
    wait();
}

bool ChildProcess::alive() {
    int status = 0;
    if (!m_ended && ::waitpid(m_id, &status, WNOHANG) == m_id) {
        m_ended = true;
        m_result = resultOf(status);
    }
    return !m_ended;
}

void ChildProcess::kill() {
    if (!m_ended) ::kill(m_id, SIGKILL);
}

int ChildProcess::wait() {
    int status = 0;
    while (!m_ended) {
        if (::waitpid(m_id, &status, 0) == m_id) {
            m_ended = true;
            m_result = resultOf(status);
        } else if (errno != EINTR) {
            throw std::runtime_error("cannot wait for the child");
        }
    }
    return m_result;
}

}  // namespace jumplora::testing
