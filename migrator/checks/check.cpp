// SPDX-License-Identifier: Apache-2.0
#include "migrator/checks/check.h"

#include <fmt/format.h>

#include "base/log.h"
#include "migrator/refusal.h"

namespace wisp::migrator {

namespace {

struct Named {
    std::string_view name;
    Issues (*check)(const CheckContext&);
};

constexpr Named kChecks[] = {
    {"rights", check_rights},
    {"binlog", check_binlog},
    {"replica", check_replica},
    {"table", check_table},
    {"foreign keys", check_foreign_keys},
    {"triggers", check_triggers},
    {"alter", check_alter},
};

}  // namespace

std::vector<std::string_view> check_names() {
    std::vector<std::string_view> names;
    for (const auto& check : kChecks) names.push_back(check.name);
    return names;
}

void add(Issues& issues, const Issues& more) {
    issues.insert(issues.end(), more.begin(), more.end());
}

void run_checks(const CheckContext& context) {
    Issues all;
    for (const auto& [name, check] : kChecks) {
        const Issues issues = check(context);
        log::debug("check name=\"{}\" issues={}", name, issues.size());
        add(all, issues);
    }
    if (all.empty()) return;
    if (all.size() == 1) throw Refusal(all.front());
    std::string text = fmt::format("{} things are in the way:", all.size());
    for (std::size_t i = 0; i < all.size(); ++i) text += fmt::format(" ({}) {};", i + 1, all[i]);
    text.pop_back();
    throw Refusal(text);
}

}  // namespace wisp::migrator
