package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.store.MetadataStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Lines of the audit log about requests that proved nothing. Anybody can send those, as many as
 * they like, so that only {@link #LINES_MAX} get a line in {@link #WINDOW}; the others are counted,
 * and the count is in the next line. Thread-safe.
 */
final class RefusalAudit {
  static final int LINES_MAX = 60;
  static final Duration WINDOW = Duration.ofMinutes(1);

  private final MetadataStore store;
  private Instant began = Instant.EPOCH;
  private int lines;
  private long withoutLine;

  RefusalAudit(MetadataStore store) {
    this.store = requireNonNull(store, "store is null");
  }

  void add(
      String action,
      Verdict.Reason reason,
      Optional<Principal> principal,
      String requestId,
      String sourceAddress) {
    Instant now = store.clock().instant();
    Optional<Long> missing = admitted(now);
    if (missing.isEmpty()) {
      return;
    }
    Map<String, String> told = new TreeMap<>();
    if (missing.get() > 0) {
      told.put("withoutLine", missing.get().toString());
    }
    store.audit(
        List.of(
            CallerAudit.refused(
                now,
                principal.map(Principal::id),
                principal.map(Principal::name).orElse(""),
                action,
                told,
                reason.name(),
                requestId,
                sourceAddress)));
  }

  /** How many got no line since the last one; empty if this gets none either. */
  private synchronized Optional<Long> admitted(Instant now) {
    if (Duration.between(began, now).abs().compareTo(WINDOW) >= 0) {
      began = now;
      lines = 0;
    }
    if (lines == LINES_MAX) {
      withoutLine++;
      return Optional.empty();
    }
    lines++;
    long missing = withoutLine;
    withoutLine = 0;
    return Optional.of(missing);
  }
}
