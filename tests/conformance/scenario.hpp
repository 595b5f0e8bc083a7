// SPDX-License-Identifier: BSL-1.0
// scenario: the text of a conformance scenario, parsed. Scenarios are taken to be well-formed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// A verb and its words. Around `wait_for` and `shield` stands another operation.
struct Operation {
  std::string text;
  std::string verb;
  std::vector<std::string> arguments;
  std::vector<Operation> inner;  // none or one
};

struct Statement {
  int number;
  std::string text;      // modifier included
  std::string modifier;  // empty, try or suppress
  Operation operation;   // of a block: its first line
  std::vector<Statement> block;
};

struct Declaration {
  std::string kind;
  std::string name;
  std::vector<std::string> arguments;
};

struct TaskText {
  bool starts_by_itself;
  std::string name;
  std::vector<Statement> body;
  std::vector<Statement> last;  // the finally section
};

struct Scenario {
  std::vector<Declaration> declarations;
  std::vector<TaskText> tasks;
  std::int64_t limit = 1'000'000'000'000;
};

Scenario parse(std::string_view text);

}  // namespace conformance
