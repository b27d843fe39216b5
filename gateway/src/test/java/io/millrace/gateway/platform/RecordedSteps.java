package io.millrace.gateway.platform;

import io.millrace.catalog.MillraceException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a platform said. */
final class RecordedSteps implements Platform.Steps {
  private final List<String> reached = new CopyOnWriteArrayList<>();
  private final List<MillraceException> failed = new CopyOnWriteArrayList<>();

  @Override
  public void reached(String what) {
    reached.add(what);
  }

  @Override
  public void failed(MillraceException problem) {
    failed.add(problem);
  }

  List<String> reached() {
    return reached;
  }

  List<MillraceException> failed() {
    return failed;
  }
}
