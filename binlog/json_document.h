// SPDX-License-Identifier: Apache-2.0
// Views into binary JSON. MySQL: sql-common/json_binary.h and .cc (9.x), the layout since 5.7.8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "binlog/byte_reader.h"

namespace wisp::binlog {

enum class JsonKind : std::uint8_t {
    kObject,
    kArray,
    kNull,
    kTrue,
    kFalse,
    kSigned,
    kUnsigned,
    kDouble,
    kString,
    kOpaque,
};

/// One value of a document, scalars decoded; bytes are views.
struct JsonValue {
    JsonKind kind = JsonKind::kNull;
    std::int64_t integer = 0;            // kSigned
    std::uint64_t unsigned_integer = 0;  // kUnsigned
    double real = 0;
    std::uint8_t opaque_type = 0;  // MYSQL_TYPE_*
    std::string_view text;         // kString
    Bytes bytes;                   // kOpaque: payload; containers: the container, to its end
    std::size_t count = 0;         // containers: elements
    bool large = false;            // containers: four-byte offsets
};

/// Walks one document. Sticky like ByteReader: what is out of bounds, nested too deep or refers to
/// the same bytes again and again makes ok() false and every further value null.
class JsonDocument {
  public:
    explicit JsonDocument(Bytes bytes) : bytes_(bytes), budget_(bytes.size() + 1) {}

    [[nodiscard]] bool ok() const { return !failed_; }
    void fail() { failed_ = true; }
    /// Values may be walked again after this; the budget counts anew.
    void restart() { budget_ = bytes_.size() + 1; }

    [[nodiscard]] JsonValue root();
    [[nodiscard]] JsonValue element(const JsonValue& container, std::size_t index);
    [[nodiscard]] std::string_view key(const JsonValue& object, std::size_t index);

  private:
    JsonValue read(std::uint8_t type, Bytes from);
    JsonValue read_container(JsonKind kind, bool large, Bytes from);
    void spend(std::uint64_t bytes);

    Bytes bytes_;
    std::uint64_t budget_;  // values and text bytes that a sound document can still have
    bool failed_ = false;
};

}  // namespace wisp::binlog
