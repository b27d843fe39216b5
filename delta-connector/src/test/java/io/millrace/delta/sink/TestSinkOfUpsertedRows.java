package io.millrace.delta.sink;

import java.util.Map;

class TestSinkOfUpsertedRows extends UpsertContract {
  @Override
  Map<String, String> properties() {
    return Map.of();
  }
}
