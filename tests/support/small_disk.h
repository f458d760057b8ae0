// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

namespace jumplora::testing {

// A small file system in memory, which takes the superuser; `error` says why there is none.
class SmallDisk {
  public:
    SmallDisk(std::filesystem::path place, const std::string& size) : m_place(std::move(place)) {
        makeFolder(m_place);
        if (mount("tmpfs", m_place.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0) {
            m_mounted = true;
        } else {
            m_error = std::strerror(errno);
        }
    }
    ~SmallDisk() {
        if (m_mounted) umount2(m_place.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    [[nodiscard]] const std::string& error() const { return m_error; }
    [[nodiscard]] const std::filesystem::path& path() const { return m_place; }
    void remount(const std::string& size, unsigned long flags = 0) const {
        ASSERT_EQ(mount("tmpfs", m_place.c_str(), "tmpfs", MS_REMOUNT | flags, ("size=" + size).c_str()), 0);
    }

  private:
    std::filesystem::path m_place;
    bool m_mounted = false;
    std::string m_error;
};

}  // namespace jumplora::testing
