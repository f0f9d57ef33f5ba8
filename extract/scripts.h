// SPDX-License-Identifier: Apache-2.0
// Scripts: where the SQL of each table goes: one script for all, or one a table in a folder.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "binlog/table_map.h"
#include "extract/script.h"

namespace wisp::extract {

struct ScriptsOptions {
    ScriptOptions script;
    std::string folder;      // empty: standard output
    bool per_table = false;  // needs a folder
};

class Scripts {
  public:
    explicit Scripts(ScriptsOptions options);

    [[nodiscard]] Script& script_of(const binlog::TableMap& table);
    [[nodiscard]] std::size_t count() const { return scripts_.size(); }
    /// Every script there is; statements that belong to no table go to all of them.
    void for_each(const std::function<void(Script&)>& action);
    void finish();

  private:
    Script& open(const std::string& name);

    ScriptsOptions options_;
    std::map<std::string, std::unique_ptr<Script>> scripts_;  // by file name
};

}  // namespace wisp::extract
