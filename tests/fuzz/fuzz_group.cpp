// SPDX-License-Identifier: Apache-2.0
// Input: an event's type and its body, of the events that open and end groups.
#include "binlog/event_type.h"
#include "binlog/gtid.h"
#include "binlog/statement.h"
#include "tests/fuzz/fuzz_input.h"

using namespace wisp::binlog;

namespace {

void read(const wisp::Expected<Statement>& statement) {
    if (statement) static_cast<void>(meaning_of(statement->text));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [choice, body] = wisp::fuzz::choose({data, size});
    switch (static_cast<EventType>(choice)) {
        case EventType::kGtid:
            static_cast<void>(parse_gtid(body));
            break;
        case EventType::kGtidTagged:
            static_cast<void>(parse_gtid_tagged(body));
            break;
        case EventType::kMariadbGtid:
            static_cast<void>(parse_mariadb_gtid(body, 1));
            break;
        case EventType::kQuery:
            read(parse_query(body, 13, false));
            break;
        case EventType::kQueryCompressed:
            read(parse_query(body, 13, true));
            break;
        case EventType::kExecuteLoadQuery:
            read(parse_load_query(body, 26));
            break;
        case EventType::kXaPrepare:
            static_cast<void>(parse_xa_prepare(body));
            break;
        default:
            break;
    }
    return 0;
}
