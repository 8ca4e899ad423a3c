// What a log-in costs here: reading and proving a token, without and with a second certificate to try.
#include <benchmark/benchmark.h>

#include "auth/token_check.h"
#include "auth/token_vectors.h"

namespace postage::auth {
namespace {

ProjectInfo project(bool two) {
  ProjectInfo made;
  made.app_id = AppId{std::string(vectors::kAppId)};
  made.certificates[0] = {std::string(vectors::kCertificate), true, {}};
  if (two) made.certificates[1] = {"00000000000000000000000000000000", true, {}};
  return made;
}

void check(benchmark::State& state, std::string_view vector, bool two) {
  const ProjectInfo info = project(two);
  const Instant now{seconds(vectors::kIssuedAt + 1)};
  for (auto _ : state) {
    auto grant = check_login(info, "test_user", vectors::text_of(vector), now);
    if (!grant) state.SkipWithError("refused");
    benchmark::DoNotOptimize(grant);
  }
}

BENCHMARK_CAPTURE(check, rtm_one_certificate, "V5", false);
BENCHMARK_CAPTURE(check, rtm_two_certificates, "V5", true);
BENCHMARK_CAPTURE(check, rtm2_with_rules, "V8", false);

}  // namespace
}  // namespace postage::auth
