package io.millrace.delta.dml;

import java.util.Map;

/** MERGE where files are rewritten. */
class TestMergeRewrite extends MergeContract {
  @Override
  Map<String, String> properties() {
    return Map.of();
  }
}
