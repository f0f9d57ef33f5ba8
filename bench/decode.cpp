// SPDX-License-Identifier: Apache-2.0
// wisp-decode FILE [SCHEMA.TABLE]: feeds a binlog file to the engine's decoder. Every value of the
// named table's rows is decoded; all other rows are skipped. For bench/binlog.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "binlog/decoder.h"
#include "binlog/file_source.h"
#include "binlog/value_decoder.h"

namespace {

using namespace wisp;

/// Decodes what it is given and keeps nothing.
class Consumer : public binlog::RowStore {
  public:
    explicit Consumer(std::uint64_t& values) : values_(values) {}
    void add(std::span<const binlog::Change> changes) override {
        for (const auto& change : changes) {
            if (change.kind != binlog::ChangeKind::kInsert)
                take(decode_before(change, {}, binlog::kAllColumns, row_));
            if (change.kind != binlog::ChangeKind::kDelete)
                take(decode_after(change, {}, binlog::kAllColumns, row_));
        }
    }
    [[nodiscard]] std::uint64_t mark() override { return 0; }
    void cut(std::uint64_t) override {}

  private:
    void take(const Expected<void>& decoded) {
        if (!decoded) throw std::runtime_error(decoded.error());
        values_ += row_.values.size();
    }
    std::uint64_t& values_;
    binlog::DecodedRow row_;
};

int run(const std::string& path, std::string_view name) {
    binlog::FileSource source(path);
    std::uint64_t values = 0;
    binlog::DecoderOptions options;
    options.tables.watches = [name](std::string_view schema, std::string_view table) {
        return name.size() == schema.size() + 1 + table.size() && name.starts_with(schema) &&
               name.ends_with(table);
    };
    options.make_store = [&] { return std::make_unique<Consumer>(values); };
    binlog::Decoder decoder({source.file_name(), 4}, std::move(options));
    for (auto event = source.next(); !event.empty(); event = source.next())
        if (auto done = decoder.feed(event); !done) throw std::runtime_error(done.error());
    fmt::print("{} values\n", values);
    return 0;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2) {
        fmt::print(stderr, "usage: wisp-decode FILE [SCHEMA.TABLE]\n");
        return 2;
    }
    return run(argv[1], argc > 2 ? argv[2] : "");
} catch (const std::exception& error) {
    fmt::print(stderr, "wisp-decode: {}\n", error.what());
    return 1;
}
