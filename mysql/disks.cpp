// SPDX-License-Identifier: Apache-2.0
#include "mysql/disks.h"

#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::mysql {

std::string mount_of(const std::vector<std::string>& mounts, const std::string& file) {
    std::string best;
    for (const auto& mount : mounts) {
        const bool root = mount == "/";
        const bool under = file.starts_with(mount) &&
                           (root || file.size() == mount.size() || file[mount.size()] == '/');
        if (under && mount.size() > best.size()) best = mount;
    }
    return best;
}

Expected<std::vector<std::optional<FreeRoom>>> free_rooms(Connection& connection,
                                                          const std::vector<std::string>& files) {
    if (!connection.server().mariadb()) return Unexpected("MySQL has no SQL for it");
    try {
        const auto disks = connection.query("SELECT Path, Available FROM information_schema.DISKS");
        std::vector<std::string> mounts;
        for (const Row& disk : disks) mounts.push_back(disk.text(0));
        std::vector<std::optional<FreeRoom>> rooms;
        for (const std::string& file : files) {
            auto& room = rooms.emplace_back();
            const std::string mount = mount_of(mounts, file);
            for (std::size_t i = 0; i < mounts.size(); ++i) {
                if (mounts[i] == mount && !room) room = FreeRoom{mount, disks[i].number(1) * 1024};
            }
        }
        return rooms;
    } catch (const Error& error) {
        if (!error.connection_usable()) throw;
        return Unexpected(error.server_text() + "; INSTALL SONAME 'disks' and the right FILE help");
    }
}

}  // namespace wisp::mysql
