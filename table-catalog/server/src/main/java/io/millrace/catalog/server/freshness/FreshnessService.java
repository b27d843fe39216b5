package io.millrace.catalog.server.freshness;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.MetadataStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * Freshness of tables: told by who may MODIFY them, told to who may see them. Of each table the
 * last epochs are kept. An epoch that is told again is not counted again. Thread-safe.
 */
public final class FreshnessService {
  /** How many epochs of a table are kept, unless another number is wanted. */
  public static final int EPOCHS_KEPT = 1_000;

  /** Most tables of one report. */
  public static final int TABLES_MAX = 1_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final MetadataStore store;
  private final Gate gate;
  private final int epochsKept;

  public FreshnessService(MetadataStore store, Gate gate, int epochsKept) {
    this.store = requireNonNull(store, "store is null");
    this.gate = requireNonNull(gate, "gate is null");
    if (epochsKept < 1) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "freshness.epochs-kept is " + epochsKept,
          "keep one epoch at least");
    }
    this.epochsKept = epochsKept;
    forgetDropped();
  }

  private void forgetDropped() {
    CatalogState state = store.state();
    store
        .database()
        .change(
            handle -> {
              List<UUID> known =
                  handle
                      .createQuery("SELECT securable FROM table_freshness")
                      .mapTo(UUID.class)
                      .list();
              for (UUID each : known) {
                if (state.find(each).isEmpty()) {
                  handle.execute("DELETE FROM table_epoch WHERE securable = ?", each);
                  handle.execute("DELETE FROM table_freshness WHERE securable = ?", each);
                }
              }
            });
  }

  /**
   * Takes what a pipeline says of the tables of one epoch: of all of them, or, if one is refused,
   * of none.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID; IO_FAILED:
   *     it may be told again
   */
  public void report(Caller caller, List<EpochReport> reports) {
    if (reports.size() > TABLES_MAX) {
      throw new MillraceException(
          ErrorCode.LIMIT_EXCEEDED,
          "freshness of %,d tables is told at once".formatted(reports.size()),
          "tell of %,d at most".formatted(TABLES_MAX));
    }
    CatalogState state = store.state();
    // In one order, so that two who report do not wait for each other.
    record Named(UUID table, EpochReport report) {}
    List<Named> named =
        reports.stream()
            .map(each -> new Named(writable(state, caller, each.table()).id(), each))
            .sorted(Comparator.comparing(Named::table))
            .toList();
    Instant now = store.clock().instant().truncatedTo(ChronoUnit.MICROS);
    try {
      store
          .database()
          .change(handle -> named.forEach(each -> put(handle, each.table(), each.report(), now)));
    } catch (JdbiException e) {
      throw failed(e);
    }
  }

  private Securable writable(CatalogState state, Caller caller, String table) {
    Optional<Securable> found =
        state.find(
            SecurableType.TABLE,
            io.millrace.catalog.server.service.SecurableName.parts(SecurableType.TABLE, table));
    // What is allowed happens every second, and is no line of the audit log; a refusal is.
    if (found.isPresent() && gate.allows(state, caller, Action.MODIFY, found.get())) {
      return found.get();
    }
    return gate.require(state, caller, Action.MODIFY, SecurableType.TABLE, table);
  }

  private void put(Handle handle, UUID table, EpochReport told, Instant now) {
    Optional<TableEpoch> before =
        handle
            .createQuery("SELECT body FROM table_freshness WHERE securable = :table <for_update>")
            .bind("table", table)
            .mapTo(String.class)
            .findOne()
            .map(FreshnessService::epoch);
    if (before.filter(known -> isToldAgain(known, told)).isPresent()) {
      return;
    }
    TableEpoch next = next(before, told, now);
    String body = text(next);
    if (before.isEmpty()) {
      handle.execute("INSERT INTO table_freshness (securable, body) VALUES (?, ?)", table, body);
    } else {
      handle.execute("UPDATE table_freshness SET body = ? WHERE securable = ?", body, table);
    }
    handle.execute(
        "INSERT INTO table_epoch (securable, number, body) VALUES (?, ?, ?)",
        table,
        next.number(),
        body);
    handle.execute(
        "DELETE FROM table_epoch WHERE securable = ? AND number <= ?",
        table,
        next.number() - epochsKept);
  }

  /** A pipeline that begins anew counts its epochs anew, but writes new versions. */
  private static boolean isToldAgain(TableEpoch known, EpochReport told) {
    return told.version() <= known.version()
        && (!told.pipeline().equals(known.pipeline()) || told.epoch() <= known.epoch());
  }

  private static TableEpoch next(Optional<TableEpoch> before, EpochReport told, Instant now) {
    RowCounts total = before.map(TableEpoch::total).orElse(RowCounts.NONE);
    boolean balances = told.rows().filter(rows -> rows.difference() != 0).isEmpty();
    return new TableEpoch(
        before.map(TableEpoch::number).orElse(0L) + 1,
        told.pipeline(),
        told.epoch(),
        told.version(),
        told.committed(),
        told.watermark(),
        told.rows(),
        told.rows().map(total::plus).orElse(total),
        before.map(TableEpoch::imbalances).orElse(0L) + (balances ? 0 : 1),
        now);
  }

  /**
   * How fresh a table is now; empty if nobody told.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  public Optional<Freshness> find(Caller caller, String table) {
    CatalogState state = store.state();
    Securable found = gate.require(state, caller, Action.DESCRIBE, SecurableType.TABLE, table);
    Instant now = store.clock().instant();
    return query("SELECT body FROM table_freshness WHERE securable = :table", found.id(), 1)
        .stream()
        .findFirst()
        .map(
            last ->
                new Freshness(
                    state.fullName(found),
                    last,
                    last.watermark().map(watermark -> since(watermark, now)),
                    since(last.committed(), now)));
  }

  /** A clock elsewhere may be ahead; nothing is fresher than now. */
  private static Duration since(Instant then, Instant now) {
    return then.isAfter(now) ? Duration.ZERO : Duration.between(then, now);
  }

  /**
   * The last epochs of a table, the newest first.
   *
   * @param epochsMax how many at most
   */
  public List<TableEpoch> history(Caller caller, String table, int epochsMax) {
    if (epochsMax < 1) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID, "max_results is " + epochsMax, "ask for one epoch at least");
    }
    Securable found =
        gate.require(store.state(), caller, Action.DESCRIBE, SecurableType.TABLE, table);
    return query(
        "SELECT body FROM table_epoch WHERE securable = :table ORDER BY number DESC",
        found.id(),
        Math.min(epochsMax, epochsKept));
  }

  private List<TableEpoch> query(String sql, UUID table, int max) {
    try {
      return store
          .database()
          .jdbi()
          .withHandle(
              handle ->
                  handle
                      .createQuery(sql + " LIMIT " + max)
                      .bind("table", table)
                      .mapTo(String.class)
                      .list())
          .stream()
          .map(FreshnessService::epoch)
          .toList();
    } catch (JdbiException e) {
      throw failed(e);
    }
  }

  private static String text(TableEpoch epoch) {
    try {
      return JSON.writeValueAsString(epoch);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + epoch, e);
    }
  }

  private static TableEpoch epoch(String text) {
    try {
      return JSON.readValue(text, TableEpoch.class);
    } catch (JsonProcessingException e) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "the catalog's database holds an epoch that this release cannot read: "
              + e.getOriginalMessage(),
          "start the release that wrote it",
          e);
    }
  }

  private static MillraceException failed(JdbiException e) {
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "the catalog's database failed: " + e.getMessage(),
        "look at the database; freshness may be told again",
        e);
  }
}
