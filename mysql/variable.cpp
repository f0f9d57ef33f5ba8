// SPDX-License-Identifier: Apache-2.0
#include "mysql/variable.h"

#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::mysql {

std::string global_variable(Connection& connection, const std::string& name) {
    try {
        return connection.scalar("SELECT UPPER(@@global." + name + ")").value_or("");
    } catch (const Error& error) {
        if (error.not_supported()) return {};
        throw;
    }
}

bool is_on(const std::string& value) {
    return value == "1" || value == "ON";
}

bool is_off(const std::string& value) {
    return value == "0" || value == "OFF";
}

}  // namespace wisp::mysql
