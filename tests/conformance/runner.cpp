// SPDX-License-Identifier: BSL-1.0
// runner: `runner FILE.scn ...` prints `=== NAME` and the trace of each file.
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

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    std::printf("=== %s\n", name_of(arguments[i]).c_str());
    std::fflush(stdout);
    const std::string trace = conformance::run(conformance::parse(read(arguments[i])));
    std::fwrite(trace.data(), 1, trace.size(), stdout);
    std::fflush(stdout);
  }
}
