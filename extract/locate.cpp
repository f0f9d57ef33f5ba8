// SPDX-License-Identifier: Apache-2.0
#include "extract/locate.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>

#include "binlog/server_log.h"
#include "extract/utc_time.h"
#include "mysql/connection.h"

namespace wisp::extract {

namespace {

class Search {
  public:
    Search(const Wanted& wanted, std::vector<Located>& found) : wanted_(wanted), found_(found) {}

    /// Reads a stretch; true once nothing more can come.
    bool read(LogRange range, const std::stop_token& stop) {
        binlog::DecoderOptions options;
        options.tables.watches = [](std::string_view, std::string_view) { return false; };
        options.every_group = true;
        LogReader reader(std::move(range), std::move(options));
        reader.run(stop, [&](const binlog::Transaction& transaction) {
            if (matches(transaction))
                found_.push_back({transaction.gtid,
                                  transaction.start,
                                  {transaction.end.file, reader.last_event_offset()},
                                  transaction.end,
                                  transaction.timestamp});
            return !complete();
        });
        return complete();
    }

  private:
    [[nodiscard]] bool matches(const binlog::Transaction& transaction) const {
        if (!wanted_.filter.include.empty() || wanted_.position.offset == 0)
            return wanted_.filter.wants(transaction);
        const auto& at = wanted_.position;
        const bool same_file = at.file.empty() || at.file == transaction.end.file;
        return same_file && transaction.start.offset <= at.offset &&
               at.offset < transaction.end.offset;
    }
    [[nodiscard]] bool complete() const {
        const auto& gtids = wanted_.filter.include;
        return found_.size() >= (gtids.empty() ? 1 : gtids.count());
    }

    const Wanted& wanted_;
    std::vector<Located>& found_;
};

/// GTIDs that are looked for mostly are young: the newest file first.
void search_backwards(const LogRange& range, Search& search, const std::stop_token& stop) {
    mysql::Connection connection(*range.server, mysql::Session{});
    auto files = binlog::log_files(connection);
    auto stop_at = binlog::log_end(connection);
    while (!files.empty()) {
        LogRange one = range;
        one.start = {files.back().name, 4};
        one.stop = stop_at;
        if (search.read(one, stop) || stop.stop_requested()) return;
        stop_at = one.start;
        files.pop_back();
    }
}

}  // namespace

std::vector<Located> locate(const LogRange& range, const Wanted& wanted,
                            const std::stop_token& stop) {
    std::vector<Located> found;
    Search search(wanted, found);
    LogRange narrowed = range;
    if (!wanted.position.file.empty() && range.start.empty()) {
        narrowed.start = {wanted.position.file, 4};
        search.read(narrowed, stop);
    } else if (range.files.empty() && !wanted.filter.include.empty() && range.start.empty()) {
        search_backwards(range, search, stop);
    } else {
        search.read(narrowed, stop);
    }
    std::sort(found.begin(), found.end(),
              [](const Located& a, const Located& b) { return a.start < b.start; });
    return found;
}

std::string located_text(const std::vector<Located>& found) {
    std::string out;
    for (const auto& one : found)
        out += fmt::format(
            "gtid       {}\nstart      {}\nlast event {}\nend        {}\ncommitted  {} UTC\n\n",
            one.gtid.empty() ? "none" : one.gtid, one.start.text(), one.last_event.text(),
            one.end.text(), utc_text(one.committed));
    return out;
}

std::string located_json(const std::vector<Located>& found) {
    auto list = nlohmann::json::array();
    for (const auto& one : found)
        list.push_back({{"gtid", one.gtid},
                        {"start", one.start.text()},
                        {"last_event", one.last_event.text()},
                        {"end", one.end.text()},
                        {"committed", utc_text(one.committed) + " UTC"}});
    return list.dump(2) + "\n";
}

}  // namespace wisp::extract
