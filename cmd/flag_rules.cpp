// SPDX-License-Identifier: Apache-2.0
#include "cmd/flag_rules.h"

#include <fmt/format.h>

namespace wisp::cmd {
namespace {

struct Rule {
    const char* flag;
    enum Kind : unsigned char { kNeeds, kExcludes } kind;
    const char* other;
    const char* why;
};

constexpr Rule kRules[] = {
    {"ssl-ca", Rule::kNeeds, "ssl", ""},
    {"ssl-cert", Rule::kNeeds, "ssl", ""},
    {"ssl-key", Rule::kNeeds, "ssl", ""},
    {"ssl-allow-insecure", Rule::kNeeds, "ssl", ""},
    {"master-user", Rule::kNeeds, "assume-master-host", ""},
    {"master-password", Rule::kNeeds, "assume-master-host", ""},
    {"serve-tcp-host", Rule::kNeeds, "serve-tcp-port", ""},
    {"serve-tcp-token-file", Rule::kNeeds, "serve-tcp-port", ""},
    {"include-triggers", Rule::kNeeds, "trigger-suffix",
     "two triggers of a schema cannot have one name"},
    {"trigger-suffix", Rule::kNeeds, "include-triggers", ""},
    {"remove-trigger-suffix-if-exists", Rule::kNeeds, "include-triggers", ""},
    {"test-on-replica-skip-replica-stop", Rule::kNeeds, "test-on-replica", ""},
    {"resume", Rule::kNeeds, "execute", "a preview would remove what is to be resumed"},
    {"resume", Rule::kNeeds, "checkpoint", ""},
    {"checkpoint", Rule::kExcludes, "test-on-replica", "a test is begun again"},
    {"revert", Rule::kNeeds, "old-table", ""},
    {"old-table", Rule::kNeeds, "revert", ""},
    {"revert", Rule::kExcludes, "test-on-replica", ""},
    {"revert", Rule::kExcludes, "migrate-on-replica", "the swap is not in the replica's binlog"},
    {"revert", Rule::kExcludes, "initially-drop-old-table",
     "look at what is in the way, and drop it yourself"},
    {"revert", Rule::kExcludes, "include-triggers",
     "triggers are not taken along on the way back; drop them and create them again afterwards"},
    {"allow-on-master", Rule::kExcludes, "test-on-replica", ""},
    {"allow-on-master", Rule::kExcludes, "migrate-on-replica", ""},
    {"test-on-replica", Rule::kExcludes, "migrate-on-replica", ""},
    {"test-on-replica", Rule::kExcludes, "attempt-instant-ddl", "it would alter the table itself"},
    {"test-on-replica", Rule::kExcludes, "attempt-inplace-metadata-ddl",
     "it would alter the table itself"},
    {"migrate-on-replica", Rule::kExcludes, "attempt-instant-ddl",
     "it does not look at the places of columns, by which replication writes rows"},
    {"migrate-on-replica", Rule::kExcludes, "attempt-inplace-metadata-ddl",
     "it does not look at the places of columns, by which replication writes rows"},
    {"switch-to-rbr", Rule::kExcludes, "assume-rbr", ""},
    {"resume", Rule::kExcludes, "revert", ""},
    {"revert", Rule::kExcludes, "alter", "it takes back what an earlier run did"},
    {"revert", Rule::kExcludes, "attempt-instant-ddl", ""},
    {"revert", Rule::kExcludes, "attempt-inplace-metadata-ddl", ""},
    {"approve-renamed-columns", Rule::kExcludes, "skip-renamed-columns",
     "a renamed column's data either follows it or is dropped"},
    {"skip-renamed-columns", Rule::kExcludes, "attempt-instant-ddl",
     "a change of metadata keeps a renamed column's data"},
    {"skip-renamed-columns", Rule::kExcludes, "attempt-inplace-metadata-ddl",
     "a change of metadata keeps a renamed column's data"},
    {"ask-pass", Rule::kExcludes, "password-file", "one password, one source"},
    {"password", Rule::kExcludes, "password-file", "one password, one source"},
};

}  // namespace

Expected<void> check_rules(const GivenFlags& given) {
    for (const Rule& rule : kRules) {
        if (!given.is_on(rule.flag)) continue;
        const bool other = given.is_on(rule.other);
        if (rule.kind == Rule::kNeeds ? other : !other) continue;
        const std::string why = *rule.why == '\0' ? "" : std::string(": ") + rule.why;
        return Unexpected(
            rule.kind == Rule::kNeeds
                ? fmt::format("--{} needs --{}{}", rule.flag, rule.other, why)
                : fmt::format("--{} and --{} exclude each other{}", rule.flag, rule.other, why));
    }
    return {};
}

}  // namespace wisp::cmd
