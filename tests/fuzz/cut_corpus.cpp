// SPDX-License-Identifier: Apache-2.0
// Cuts a server's binlog file (written with binlog_checksum = NONE) into seeds for the fuzz
// targets. usage: cut_corpus FILE FOLDER PREFIX, as tests/fuzz/make_corpus calls it.
#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "binlog/file_source.h"
#include "binlog/header.h"
#include "binlog/rows_event.h"

namespace {

using namespace wisp::binlog;
using Raw = std::vector<std::uint8_t>;

constexpr std::size_t kLargestSeed = 2'000;

Raw joined(std::initializer_list<Bytes> parts) {
    Raw all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// A length in two bytes, then what it is the length of: tests/fuzz/fuzz_input.h split().
Raw sized(Bytes bytes) {
    const Raw length{static_cast<std::uint8_t>(bytes.size() & 0xffU),
                     static_cast<std::uint8_t>(bytes.size() >> 8U)};
    return joined({length, bytes});
}

Raw choice(unsigned number, Bytes bytes) {
    const Raw first{static_cast<std::uint8_t>(number)};
    return joined({first, bytes});
}

bool opens_group(EventType type) {
    return type == EventType::kGtid || type == EventType::kAnonymousGtid ||
           type == EventType::kGtidTagged || type == EventType::kMariadbGtid;
}

class Cutter {
  public:
    Cutter(std::filesystem::path folder, std::string prefix)
        : folder_(std::move(folder)), prefix_(std::move(prefix)) {}

    void take(Bytes event) {
        const auto header = parse_header(event);
        if (!header) throw std::runtime_error(header.error());
        const Bytes body = event.subspan(kHeaderSize);
        if (headers_[event_name(header->type)]++ == 0)
            write("header", Raw(event.begin(), event.end()));
        switch (header->type) {
            case EventType::kFormatDescription:
                format_.assign(event.begin(), event.end());
                return;
            case EventType::kTableMap:
                map_.assign(body.begin(), body.end());
                break;
            case EventType::kTransactionPayload:
                write("payload", choice(0, body));
                break;
            case EventType::kQuery:
            case EventType::kQueryCompressed:
            case EventType::kXaPrepare:
                write("group", choice(static_cast<unsigned>(header->type), body));
                break;
            default:
                break;
        }
        if (is_rows_event(header->type)) take_rows(header->type, body);
        if (opens_group(header->type)) {
            write("group", choice(static_cast<unsigned>(header->type), body));
            end_group();
        }
        group_.insert(group_.end(), event.begin(), event.end());
    }
    void end_group() {
        if (!group_.empty()) write("stream", joined({format_, group_}));
        group_.clear();
    }

  private:
    void take_rows(EventType type, Bytes body) {
        write("rows", joined({sized(map_), choice(static_cast<unsigned>(type), body)}));
        if (type == EventType::kWriteRowsCompressedV1)
            write("payload", choice(1, body.subspan(10)));
        auto map = parse_table_map(map_, 8);
        if (!map) throw std::runtime_error(map.error());
        const auto table = std::make_shared<const TableMap>(std::move(*map));
        std::vector<Change> changes;
        if (!parse_rows(type, body, 8, table, {}, changes)) return;
        for (const auto& change : changes) take_image(*table, type, change);
    }
    /// Tables j and c hold a number and then what is to be cut out.
    void take_image(const TableMap& table, EventType type, const Change& change) {
        constexpr std::size_t kNulls = 1;
        constexpr std::size_t kNumber = 4;
        const Bytes image =
            change.kind == ChangeKind::kDelete ? change.before.bytes : change.after.bytes;
        write("table_map", joined({sized(map_), image}));
        const bool partial = type == EventType::kPartialUpdateRows;
        const std::size_t at = kNulls + kNumber + (partial ? 2 : 0);
        if (table.columns.size() != 2 || image.size() < at) return;
        ByteReader value(image.subspan(at));
        if (table.columns[1].type == kJson)
            write("json", choice(partial ? 1 : 0, value.take(value.le(4))));
        if (table.columns[1].type == kVarcharCompressed)
            write("payload", choice(2, value.take(value.le(2))));
    }
    void write(const std::string& target, const Raw& seed) {
        if (seed.size() > kLargestSeed) return;
        std::filesystem::create_directories(folder_ / target);
        const auto name = fmt::format("{}-{:02}", prefix_, ++counts_[target]);
        std::ofstream(folder_ / target / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(seed.data()),
                   static_cast<std::streamsize>(seed.size()));
    }

    std::filesystem::path folder_;
    std::string prefix_;
    std::map<std::string, unsigned> counts_;
    std::map<std::string, unsigned> headers_;
    Raw format_;
    Raw map_;
    Raw group_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "usage: cut_corpus FILE FOLDER PREFIX\n";
        return 2;
    }
    try {
        FileSource source(arguments[1]);
        Cutter cutter(arguments[2], arguments[3]);
        for (auto event = source.next(); !event.empty(); event = source.next()) cutter.take(event);
        cutter.end_group();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
