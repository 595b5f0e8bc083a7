// SPDX-License-Identifier: BSL-1.0
// runner: `runner FILE...` prints `=== NAME` and the trace of each scenario. NAME.scn holds one; a
// file that begins with `===` holds several, each below a line `=== NAME`.
#include <algorithm>
#include <cstdio>
#include <string>
#include <tests/conformance/interpreter.hpp>

namespace {

std::string read(const char* path) {
  std::string text;
  std::FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) return text;
  char part[4096];
  while (const std::size_t bytes = std::fread(part, 1, sizeof(part), file))
    text.append(part, bytes);
  std::fclose(file);
  return text;
}

std::string name_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const std::size_t suffix = name.rfind(".scn");
  return suffix == std::string::npos ? name : name.substr(0, suffix);
}

void run(const std::string& name, const std::string& text) {
  std::printf("=== %s\n", name.c_str());
  std::fflush(stdout);
  const std::string trace = conformance::run(conformance::parse(text));
  std::fwrite(trace.data(), 1, trace.size(), stdout);
  std::fflush(stdout);
}

void run_all(const std::string& bundle) {
  const std::string mark = "=== ";
  for (std::size_t begin = 0; begin < bundle.size();) {
    const std::size_t body = bundle.find('\n', begin) + 1;
    const std::size_t end = std::min(bundle.find('\n' + mark, body), bundle.size() - 1) + 1;
    begin += mark.size();
    run(bundle.substr(begin, body - 1 - begin), bundle.substr(body, end - body));
    begin = end;
  }
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string text = read(arguments[i]);
    if (text.rfind("=== ", 0) == 0)
      run_all(text);
    else
      run(name_of(arguments[i]), text);
  }
}
