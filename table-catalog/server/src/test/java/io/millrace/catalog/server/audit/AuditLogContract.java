package io.millrace.catalog.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.server.CatalogScene;
import io.millrace.catalog.server.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log: nothing is lost, nothing is changed, and it can be asked; on every database. */
abstract class AuditLogContract {
  private static final Instant AT = Instant.parse("2026-11-29T10:00:00Z");

  @TempDir protected Path folder;

  /** An empty database; the same one for the length of a test. */
  protected abstract StoreSettings settings();

  private static AuditEvent event(int number) {
    return event(AT.plusSeconds(number), "ann", "getTable", "main.s.t" + number, "");
  }

  private static AuditEvent event(
      Instant at, String principal, String action, String name, String denied) {
    return new AuditEvent(
        at,
        Optional.empty(),
        principal,
        action,
        "table",
        name,
        Map.of("k", "v"),
        denied.isEmpty() ? AuditEvent.Outcome.DONE : AuditEvent.Outcome.DENIED,
        denied,
        "request",
        "127.0.0.1");
  }

  private static AuditSettings settings(int queue, int batch, Duration patience) {
    return new AuditSettings(queue, batch, Duration.ofMillis(20), patience, Duration.ofDays(1));
  }

  @Test
  void everyEventOfManyThreadsIsInTheTableAfterwards() throws Exception {
    try (CatalogScene scene = CatalogScene.open(settings())) {
      AuditLog log =
          new AuditLog(
              settings(100, 50, Duration.ofSeconds(60)),
              scene.store()::audit,
              () -> {},
              Clock.systemUTC());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int first = i * 500;
        Thread thread =
            new Thread(
                () -> {
                  for (int j = 0; j < 500; j++) {
                    log.add(event(first + j));
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      log.close();

      AuditReader reader = new AuditReader(scene.store().database().jdbi());
      List<String> names = new ArrayList<>();
      Optional<String> token = Optional.empty();
      do {
        AuditReader.Page page = reader.page(AuditFilter.ALL, 333, token);
        page.lines().forEach(line -> names.add(line.event().fullName()));
        token = page.next();
      } while (token.isPresent());
      assertThat(names).hasSize(2000).doesNotHaveDuplicates();
      assertThat(names.get(0)).as("the newest first").isEqualTo("main.s.t1999");
      assertThatThrownBy(() -> log.add(event(1)))
          .hasMessage(
              "IO_FAILED: the audit log is closed\n"
                  + "  Remedy: look at the catalog's database; nothing is done that cannot be"
                  + " audited");
    }
  }

  @Test
  void whoAddsMoreThanCanBeWrittenWaitsAndNothingIsLost() throws Exception {
    Semaphore mayWrite = new Semaphore(0);
    List<AuditEvent> written = new ArrayList<>();
    AuditLog log =
        new AuditLog(
            settings(5, 5, Duration.ofSeconds(60)),
            batch -> {
              mayWrite.acquireUninterruptibly();
              written.addAll(batch);
            },
            () -> {},
            Clock.systemUTC());
    CountDownLatch allAdded = new CountDownLatch(1);
    AtomicInteger added = new AtomicInteger();
    Thread adding =
        new Thread(
            () -> {
              for (int i = 0; i < 30; i++) {
                log.add(event(i));
                added.incrementAndGet();
              }
              allAdded.countDown();
            });
    adding.start();

    assertThat(allAdded.await(300, TimeUnit.MILLISECONDS)).as("waits").isFalse();
    assertThat(added.get()).as("one batch, one queue, and what is on its way").isLessThan(12);
    mayWrite.release(1000);
    assertThat(allAdded.await(60, TimeUnit.SECONDS)).isTrue();
    log.flush();

    assertThat(written).hasSize(30);
    log.close();
  }

  @Test
  void aDatabaseThatFailsForAWhileLosesNothing() {
    AtomicInteger attempts = new AtomicInteger();
    List<AuditEvent> written = new ArrayList<>();
    AuditLog log =
        new AuditLog(
            settings(100, 50, Duration.ofSeconds(60)),
            batch -> {
              if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("no database");
              }
              written.addAll(batch);
            },
            () -> {},
            Clock.systemUTC());
    log.add(event(1));
    log.add(event(2));
    log.flush();

    assertThat(written).hasSize(2);
    assertThat(attempts.get()).isGreaterThanOrEqualTo(3);
    log.close();
  }

  @Test
  void whatCannotBeAuditedIsRefusedAndWhatIsLostAtTheEndIsTold() {
    AuditLog log =
        new AuditLog(
            settings(1, 1, Duration.ofMillis(100)),
            batch -> {
              throw new IllegalStateException("no database");
            },
            () -> {},
            Clock.systemUTC());

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 3; i++) {
                log.add(event(i));
              }
            })
        .hasMessageStartingWith("IO_FAILED: the audit log cannot be written, 1 events wait");
    assertThatThrownBy(log::close)
        .hasMessageMatching(
            "(?s)IO_FAILED: [12] events of the audit log could not be written before the end.*");
  }

  @Test
  void nothingThatSomebodySendsKeepsOthersFromBeingWritten() {
    try (CatalogScene scene = CatalogScene.open(settings())) {
      AuditLog log =
          new AuditLog(AuditSettings.DEFAULT, scene.store()::audit, () -> {}, Clock.systemUTC());
      log.add(
          event(
              AT,
              "a\u0000b\r\nc\uD800",
              "x".repeat(500),
              "n".repeat(10_000),
              "\uD83D\uDE00".repeat(3_000)));
      log.close();

      assertThat(
              new AuditReader(scene.store().database().jdbi())
                  .page(AuditFilter.ALL, 10, Optional.empty())
                  .lines())
          .singleElement()
          .satisfies(
              line -> {
                assertThat(line.event().principalName()).isEqualTo("a\uFFFDb\uFFFD\nc?");
                assertThat(line.event().action()).hasSize(128).endsWith("…");
                assertThat(line.event().fullName()).hasSize(4096).endsWith("…");
              });
    }
  }

  @Test
  void eventsAreFoundByTimePrincipalActionSecurableAndOutcome() {
    try (CatalogScene scene = CatalogScene.open(settings())) {
      scene
          .store()
          .audit(
              List.of(
                  event(AT, "Ann", "getTable", "main.s.T", ""),
                  event(AT.plusSeconds(1), "ann", "getTable", "main.s.u", "needs SELECT"),
                  event(AT.plusSeconds(2), "bob", "deleteTable", "main.s.t", ""),
                  event(AT.plusSeconds(2), "bob", "createToken", "", "")));
      AuditReader reader = new AuditReader(scene.store().database().jdbi());

      assertThat(found(reader, AuditFilter.ALL.ofPrincipal("ANN")))
          .containsExactly("ann getTable main.s.u", "Ann getTable main.s.T");
      assertThat(found(reader, AuditFilter.ALL.ofAction("deleteTable")))
          .containsExactly("bob deleteTable main.s.t");
      assertThat(found(reader, AuditFilter.ALL.ofSecurable("table", "main.s.t")))
          .containsExactly("bob deleteTable main.s.t", "Ann getTable main.s.T");
      assertThat(found(reader, AuditFilter.ALL.ofOutcome(AuditEvent.Outcome.DENIED)))
          .containsExactly("ann getTable main.s.u");
      assertThat(found(reader, AuditFilter.ALL.between(AT.plusSeconds(1), AT.plusSeconds(2))))
          .containsExactly("ann getTable main.s.u");
      assertThatThrownBy(() -> reader.page(AuditFilter.ALL, 0, Optional.empty()))
          .hasMessageContaining("max_results is 0, expected 1 to 10,000");
      assertThatThrownBy(() -> reader.page(AuditFilter.ALL, 1, Optional.of("' OR 1=1")))
          .hasMessageContaining("page_token is none that was given out");
    }
  }

  private static List<String> found(AuditReader reader, AuditFilter filter) {
    return reader.page(filter, 10, Optional.empty()).lines().stream()
        .map(AuditReader.Line::event)
        .map(event -> event.principalName() + " " + event.action() + " " + event.fullName())
        .toList();
  }

  @Test
  void onlyWhatIsOlderThanIsKeptIsEverDeleted() {
    try (CatalogScene scene = CatalogScene.open(settings())) {
      scene.store().audit(List.of(event(0), event(3600)));
      scene.clock().set(AT.plus(Duration.ofDays(30)).plusSeconds(1800));

      new AuditRetention(scene.store().database(), Duration.ofDays(30), scene.clock()).run();

      assertThat(found(new AuditReader(scene.store().database().jdbi()), AuditFilter.ALL))
          .containsExactly("ann getTable main.s.t3600");
    }
    assertThatThrownBy(
            () ->
                new AuditSettings(
                    1, 1, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofHours(23)))
        .hasMessage(
            "RETENTION_TOO_SHORT: audit.retention is PT23H, below a day\n"
                + "  Remedy: keep the audit log for a day at least");
  }

  @Test
  void nothingInTheCodeChangesOrDeletesAnEventButRetention() throws IOException {
    Path main = Path.of(System.getProperty("millrace.home"));
    List<String> offences = new ArrayList<>();
    int[] mentions = {0};
    for (String sources :
        List.of(
            "table-catalog/server/src/main", "table-catalog/api/src/main", "gateway/src/main")) {
      try (Stream<Path> files = Files.walk(main.resolve(sources))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (!file.toString().matches(".*\\.(java|sql)")) {
            continue;
          }
          String text = Files.readString(file).toLowerCase(Locale.ROOT);
          if (!text.contains("audit_event")) {
            continue;
          }
          mentions[0]++;
          // Comments and line breaks within a text do not hide a statement.
          String flat = text.replaceAll("\"\\s*\\+\\s*\"", "").replaceAll("\\s+", " ");
          boolean changes =
              flat.matches(
                  ".*\\b(update|delete from|merge into|truncate( table)?|drop table|alter table)"
                      + " (only )?audit_event\\b.*");
          if (changes) {
            offences.add(file.getFileName().toString());
          }
        }
      }
    }
    assertThat(mentions[0]).as("table, writer, reader, retention, indexes").isGreaterThan(3);
    assertThat(offences).containsExactly("AuditRetention.java");
  }
}
