package io.millrace.delta.dml;

import java.util.Map;

/** MERGE into a table with a change data feed, where files are rewritten. */
class TestMergeChangeFeedRewrite extends TestMergeChangeFeed {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.enableChangeDataFeed", "true");
  }

  @Override
  boolean deletesAreTold() {
    return false;
  }
}
