// SPDX-License-Identifier: BSL-1.0
#include <cstdlib>
#include <tests/conformance/scenario.hpp>

namespace conformance {
namespace {

using Words = std::vector<std::string>;

Words split(std::string_view line) {
  Words words;
  std::string word;
  for (const char c : line) {
    if (c == '#') break;
    if (c != ' ' && c != '\t' && c != '\r') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string join(const Words& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

Operation parse_operation(const Words& words) {
  Operation operation{join(words), words[0], {words.begin() + 1, words.end()}, {}};
  // Where the words of the operation inside begin, if there is one.
  const std::size_t inside = words[0] == "wait_for"                     ? 2
                             : words[0] == "shield" && words.size() > 2 ? 1
                                                                        : words.size();
  if (inside != words.size())
    operation.inner.push_back(
        parse_operation({words.begin() + static_cast<std::ptrdiff_t>(inside), words.end()}));
  return operation;
}

bool opens_block(const std::string& verb) {
  return verb == "with" || verb == "timeout" || verb == "group" || verb == "if_ok";
}

class Parser {
 public:
  void line(const Words& words) {
    if (open_.empty())
      declaration(words);
    else if (words[0] == "end")
      open_.pop_back();
    else if (words[0] == "finally")
      open_.back() = &scenario.tasks.back().last;
    else
      statement(words);
  }

  Scenario scenario;

 private:
  void declaration(const Words& words) {
    if (words[0] == "limit") {
      scenario.limit = std::atoll(words[1].c_str());
    } else if (words[0] == "task" || words[0] == "child") {
      scenario.tasks.push_back({words[0] == "task", words[1], {}, {}});
      open_.push_back(&scenario.tasks.back().body);
      number_ = 0;
    } else {
      scenario.declarations.push_back({words[0], words[1], {words.begin() + 2, words.end()}});
    }
  }

  void statement(const Words& words) {
    const bool modified = words[0] == "try" || words[0] == "suppress";
    Words rest{words.begin() + modified, words.end()};
    open_.back()->push_back(
        {number_++, join(words), modified ? words[0] : "", parse_operation(rest), {}});
    if (opens_block(rest[0])) open_.push_back(&open_.back()->back().block);
  }

  std::vector<std::vector<Statement>*> open_;  // lists that are being read, outermost first
  int number_ = 0;
};

}  // namespace

Scenario parse(std::string_view text) {
  Parser parser;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const Words words = split(text.substr(0, end));
    if (!words.empty()) parser.line(words);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::move(parser.scenario);
}

}  // namespace conformance
