// SPDX-License-Identifier: Apache-2.0
#include "localtests/load/env_file.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>

namespace wisp::load {

mysql::Endpoint endpoint_from_env_file(const std::string& path, const std::string& role) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::map<std::string, std::string> values;
    for (std::string line; std::getline(file, line);) {
        const auto equals = line.find('=');
        if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 1);
    }
    std::string prefix = "WISP_" + role + "_";
    std::transform(prefix.begin(), prefix.end(), prefix.begin(), toupper);
    if (values[prefix + "PORT"].empty()) throw std::runtime_error(path + " has no " + role);
    mysql::Endpoint endpoint;
    endpoint.host = values[prefix + "HOST"];
    endpoint.port = static_cast<std::uint16_t>(std::stoul(values[prefix + "PORT"]));
    endpoint.socket = values[prefix + "SOCKET"];
    endpoint.user = values["WISP_USER"];
    endpoint.password = values["WISP_PASSWORD"];
    return endpoint;
}

}  // namespace wisp::load
