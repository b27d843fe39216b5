package io.millrace.delta.sink;

import java.util.Map;

/** With mapped columns and a change data feed, for which rows before are read. */
class TestSinkOfUpsertedRowsWithChanges extends UpsertContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.columnMapping.mode", "name", "delta.enableChangeDataFeed", "true");
  }
}
