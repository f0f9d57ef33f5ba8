// SPDX-License-Identifier: Apache-2.0
#include "binlog/json_document.h"

#include <bit>

namespace wisp::binlog {

namespace {

// JSONB_TYPE_*, sql-common/json_binary.cc
enum : std::uint8_t {
    kSmallObject = 0,
    kLargeObject = 1,
    kSmallArray = 2,
    kLargeArray = 3,
    kLiteral = 4,
    kInt16 = 5,
    kUint16 = 6,
    kInt32 = 7,
    kUint32 = 8,
    kInt64 = 9,
    kUint64 = 10,
    kDoubleType = 11,
    kStringType = 12,
    kOpaqueType = 15,
};

constexpr std::size_t kKeyLengthSize = 2;

std::size_t offset_size(const JsonValue& container) {
    return container.large ? 4 : 2;
}
std::size_t key_entry_size(const JsonValue& object) {
    return offset_size(object) + kKeyLengthSize;
}
std::size_t value_entry_size(const JsonValue& container) {
    return 1 + offset_size(container);
}

/// Scalars of at most the offset's size stand in the value entry itself.
bool is_inlined(std::uint8_t type, bool large) {
    return type == kLiteral || type == kInt16 || type == kUint16 ||
           (large && (type == kInt32 || type == kUint32));
}

JsonValue signed_value(std::int64_t number) {
    JsonValue value;
    value.kind = JsonKind::kSigned;
    value.integer = number;
    return value;
}

JsonValue unsigned_value(std::uint64_t number) {
    JsonValue value;
    value.kind = JsonKind::kUnsigned;
    value.unsigned_integer = number;
    return value;
}

/// Seven bits a byte, lowest first, the top bit says that more follow; five bytes at most.
std::uint64_t read_length(ByteReader& in) {
    std::uint64_t length = 0;
    for (unsigned i = 0; i < 5; ++i) {
        const std::uint64_t byte = in.u8();
        length |= (byte & 0x7fU) << 7 * i;
        if ((byte & 0x80U) == 0) return length;
    }
    in.fail();
    return 0;
}

JsonValue read_literal(ByteReader& in) {
    JsonValue value;
    switch (in.u8()) {
        case 0:
            value.kind = JsonKind::kNull;
            break;
        case 1:
            value.kind = JsonKind::kTrue;
            break;
        case 2:
            value.kind = JsonKind::kFalse;
            break;
        default:
            in.fail();
    }
    return value;
}

JsonValue read_scalar(std::uint8_t type, ByteReader& in) {
    JsonValue value;
    switch (type) {
        case kLiteral:
            return read_literal(in);
        case kInt16:
            return signed_value(static_cast<std::int16_t>(in.u16()));
        case kUint16:
            return unsigned_value(in.u16());
        case kInt32:
            return signed_value(static_cast<std::int32_t>(in.u32()));
        case kUint32:
            return unsigned_value(in.u32());
        case kInt64:
            return signed_value(static_cast<std::int64_t>(in.u64()));
        case kUint64:
            return unsigned_value(in.u64());
        case kDoubleType:
            value.kind = JsonKind::kDouble;
            value.real = std::bit_cast<double>(in.u64());
            return value;
        case kStringType:
            value.kind = JsonKind::kString;
            value.text = in.text(read_length(in));
            return value;
        case kOpaqueType:
            value.kind = JsonKind::kOpaque;
            value.opaque_type = in.u8();
            value.bytes = in.take(read_length(in));
            return value;
        default:
            in.fail();
            return value;
    }
}

}  // namespace

void JsonDocument::spend(std::uint64_t bytes) {
    if (bytes > budget_) failed_ = true;
    budget_ -= failed_ ? 0 : bytes;
}

JsonValue JsonDocument::root() {
    if (bytes_.empty()) return {};
    return read(bytes_[0], bytes_.subspan(1));
}

JsonValue JsonDocument::read(std::uint8_t type, Bytes from) {
    spend(1);
    if (failed_) return {};
    if (type <= kLargeArray) {
        const auto kind = type <= kLargeObject ? JsonKind::kObject : JsonKind::kArray;
        return read_container(kind, type == kLargeObject || type == kLargeArray, from);
    }
    ByteReader in(from);
    const JsonValue value = read_scalar(type, in);
    spend(value.text.size() + value.bytes.size());
    if (!in.ok()) failed_ = true;
    return failed_ ? JsonValue{} : value;
}

JsonValue JsonDocument::read_container(JsonKind kind, bool large, Bytes from) {
    JsonValue container;
    container.kind = kind;
    container.large = large;
    const std::size_t width = offset_size(container);
    ByteReader in(from);
    container.count = in.le(width);
    const std::uint64_t size = in.le(width);  // from the count to the container's end
    const std::uint64_t entry =
        value_entry_size(container) + (kind == JsonKind::kObject ? key_entry_size(container) : 0);
    if (!in.ok() || size > from.size() || size < 2 * width + container.count * entry) {
        failed_ = true;
        return {};
    }
    container.bytes = from.first(size);
    return container;
}

std::string_view JsonDocument::key(const JsonValue& object, std::size_t index) {
    const std::size_t width = offset_size(object);
    ByteReader in(object.bytes);
    in.skip(2 * width + index * key_entry_size(object));
    const std::uint64_t offset = in.le(width);
    const std::uint64_t length = in.u16();
    ByteReader keys(object.bytes);
    keys.skip(offset);
    const auto text = keys.text(length);
    spend(text.size());
    if (!in.ok() || !keys.ok()) failed_ = true;
    return failed_ ? std::string_view{} : text;
}

JsonValue JsonDocument::element(const JsonValue& container, std::size_t index) {
    const std::size_t width = offset_size(container);
    std::size_t at = 2 * width + index * value_entry_size(container);
    if (container.kind == JsonKind::kObject) at += container.count * key_entry_size(container);
    ByteReader in(container.bytes);
    in.skip(at);
    const std::uint8_t type = in.u8();
    const Bytes inlined = container.bytes.subspan(in.ok() ? in.offset() : 0);
    const std::uint64_t offset = in.le(width);
    const bool inlined_value = is_inlined(type, container.large);
    if (!in.ok() || (!inlined_value && offset > container.bytes.size())) {
        failed_ = true;
        return {};
    }
    return read(type, inlined_value ? inlined : container.bytes.subspan(offset));
}

}  // namespace wisp::binlog
