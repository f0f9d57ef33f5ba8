// SPDX-License-Identifier: Apache-2.0
// The table of `wisp migrate`'s flags, and their values as typed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cmd/connection_flags.h"
#include "cmd/flag_table.h"
#include "cmd/flag_words.h"
#include "cmd/flags.h"

namespace wisp::cmd {

/// Flag values as typed, before they become options.
struct Raw {
    MigrateFlags flags;
    ConnectionFlags connection;
    std::string conf;
    std::string password_file;
    std::string master_user;
    std::string master_password;
    bool ask_pass = false;
    std::string storage_engine = "innodb";
    std::string assume_master_host;
    std::map<std::string, std::string> knobs;  // by name; empty = not given
    bool ignore_http_errors = false;
    std::string metrics_listen;
    long long chunk_size = 0;
    unsigned batch_size = 5'000;
    unsigned chunk_time = 500;
    std::string copiers;
    std::string mover = "server";
    std::string verify = "full";
    unsigned heartbeat = 100;
    unsigned lock_timeout = 3;
    bool exponential_backoff = false;
    unsigned backoff_most = 64;
    std::string cut_over = "atomic";
    std::string token_file;
    unsigned checkpoint_seconds = 300;
    unsigned hooks_status = 60;
    unsigned hooks_limit = 300;
    std::string log_format = "text";
    bool verbose = false;
    bool debug = false;
    bool quiet = false;
};

[[nodiscard]] const std::vector<FlagGroup<Raw>>& migrate_flag_table();

/// What was typed for throttling, commands, hooks and metrics, into raw.flags: for commands that
/// pick those flags from the table.
[[nodiscard]] Expected<void> apply_shared(const GivenFlags& given, Raw& raw);

}  // namespace wisp::cmd
