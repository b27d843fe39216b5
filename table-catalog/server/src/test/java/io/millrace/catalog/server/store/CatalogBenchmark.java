package io.millrace.catalog.server.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.HotSpotDiagnosticMXBean;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.access.StateAccessDecider;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.state.ExampleCatalog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The catalog at the size that it is made for: 20,000 tables, 10,000 users, 1,000 nested groups and
 * a million grants. Arguments: file to append results to, folder for the database, which is made if
 * it is empty, and kept.
 *
 * <p>Half of the tables are in one schema, the others in a hundred. Groups are a tree, four in
 * each; a user is in three of them, which makes some fifteen. Nine grants of ten are on tables, the
 * others on schemas and catalogs, one of five to a group.
 */
public final class CatalogBenchmark {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TABLES = 20_000;
  private static final int USERS = 10_000;
  private static final int GROUPS = 1_000;
  private static final int GRANTS = 1_000_000;
  private static final int SCHEMAS = 100;
  private static final int DECISIONS = 300_000;
  private static final int LISTINGS = 50;
  private static final int COMMITS = 5_000;
  private static final List<Action> ACTIONS =
      List.of(Action.SELECT, Action.MODIFY, Action.DESCRIBE, Action.ALTER);
  private static final List<Privilege> ON_TABLES =
      List.of(Privilege.SELECT, Privilege.MODIFY, Privilege.APPLY_TAG, Privilege.ALL_PRIVILEGES);

  private final Path results;
  private final Path folder;

  private CatalogBenchmark(Path results, Path folder) {
    this.results = results;
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    new CatalogBenchmark(Path.of(arguments[0]), Path.of(arguments[1])).run();
  }

  private void run() throws IOException, InterruptedException, ExecutionException {
    if (!Files.exists(folder.resolve("catalog.db"))) {
      fill();
    }
    long heapBefore = heapAfterCollection();
    long cpu = processNanos();
    long start = System.nanoTime();
    try (MetadataStore store =
        MetadataStore.open(StoreSettings.embedded(folder), Clock.systemUTC())) {
      ObjectNode opened = line("open the file");
      opened.put("seconds", (System.nanoTime() - start) / 1_000_000 / 1e3);
      opened.put("cpu_s", (processNanos() - cpu) / 1_000_000 / 1e3);
      opened.put("file_mb", Files.size(folder.resolve("catalog.db")) >> 20);
      write(opened);
      write(
          line("heap after collection")
              .put("catalog_mb", (heapAfterCollection() - heapBefore) >> 20));
      CatalogState state = store.state();
      readAtRandom();
      decide(store, 1);
      decide(store, 2);
      decideAfterMemberships(state);
      list(store);
      commit(store);
    }
  }

  /** Writes one after the other, each of one grant: what a commit takes. */
  private void commit(MetadataStore store) throws IOException {
    UUID user = store.state().principal("user-1@example.com").orElseThrow().id();
    List<UUID> tables =
        store
            .state()
            .all()
            .filter(securable -> securable.type() == SecurableType.TABLE)
            .map(Securable::id)
            .sorted()
            .limit(COMMITS)
            .toList();
    long[] nanos = new long[COMMITS];
    for (int i = 0; i < COMMITS; i++) {
      UUID table = tables.get(i);
      long start = System.nanoTime();
      store.write(
          tx -> {
            tx.apply(new Change.PutGrant(table, user, Set.of(Privilege.SELECT)));
            return table;
          });
      nanos[i] = System.nanoTime() - start;
    }
    write(millis(line("commit of one grant"), nanos));
  }

  // ---- what there is ---------------------------------------------------------------------------

  private void fill() throws IOException {
    Random random = new Random(20_261_129);
    try (MetadataStore store =
        MetadataStore.open(StoreSettings.embedded(folder), Clock.systemUTC())) {
      List<Change> changes = new ArrayList<>();
      ExampleCatalog example = new ExampleCatalog(changes::add);
      example.metastore();
      List<UUID> groups = new ArrayList<>();
      for (int i = 0; i < GROUPS; i++) {
        groups.add(example.group("group-" + i));
        if (i > 0) {
          example.member(groups.get((i - 1) / 4), groups.get(i));
        }
      }
      List<UUID> users = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        users.add(example.user("user-%d@example.com".formatted(i)));
        for (UUID group : some(random, groups, 3)) {
          example.member(group, users.get(i));
        }
      }
      List<UUID> catalogs = new ArrayList<>();
      List<UUID> schemas = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        catalogs.add(example.catalog("catalog_" + i));
        for (int j = 0; j < SCHEMAS / 10; j++) {
          schemas.add(example.schema(catalogs.get(i), "schema_" + j));
        }
      }
      List<UUID> tables = new ArrayList<>();
      for (int i = 0; i < TABLES; i++) {
        UUID schema = i < TABLES / 2 ? schemas.get(0) : schemas.get(i % SCHEMAS);
        tables.add(example.table(schema, "table_" + i, "file:///data/t" + i));
      }
      store
          .database()
          .change(
              handle -> {
                ChangeWriter writer = new ChangeWriter(handle);
                changes.forEach(writer::write);
                Grants grants = new Grants(handle, random, users, groups);
                grants.make(catalogs, 1_000, List.of(Privilege.USE_CATALOG, Privilege.BROWSE));
                grants.make(schemas, 900, List.of(Privilege.USE_SCHEMA, Privilege.SELECT));
                grants.make(tables, (GRANTS - 10 * 1_000 - SCHEMAS * 900) / TABLES, ON_TABLES);
                handle.execute("UPDATE catalog_version SET version = 1");
              });
    }
  }

  private static <T> Set<T> some(Random random, List<T> all, int count) {
    Set<T> found = new LinkedHashSet<>();
    while (found.size() < count) {
      found.add(all.get(random.nextInt(all.size())));
    }
    return found;
  }

  /** Writes grants as they are stored, many at a time. */
  private record Grants(Handle handle, Random random, List<UUID> users, List<UUID> groups) {
    void make(List<UUID> securables, int each, List<Privilege> privileges) {
      for (UUID securable : securables) {
        PreparedBatch batch =
            handle.prepareBatch(
                "INSERT INTO permission (securable, principal, privileges) VALUES (?, ?, ?)");
        Set<UUID> grantees = new LinkedHashSet<>(some(random, groups, each / 5));
        grantees.addAll(some(random, users, each - grantees.size()));
        for (UUID grantee : grantees) {
          String granted = privileges.get(random.nextInt(privileges.size())).name();
          batch.bind(0, securable).bind(1, grantee).bind(2, granted).add();
        }
        batch.execute();
      }
    }
  }

  // ---- what it takes ---------------------------------------------------------------------------

  private record Question(UUID principal, Action action, UUID securable) {}

  private static Question[] questions(CatalogState state, int count) {
    Random random = new Random(7);
    List<UUID> users = state.principals(Principal.Kind.USER).map(Principal::id).sorted().toList();
    List<UUID> tables =
        state
            .all()
            .filter(securable -> securable.type() == SecurableType.TABLE)
            .map(Securable::id)
            .sorted()
            .toList();
    Question[] questions = new Question[count];
    Arrays.setAll(
        questions,
        i ->
            new Question(
                users.get(random.nextInt(users.size())),
                ACTIONS.get(random.nextInt(ACTIONS.size())),
                tables.get(random.nextInt(tables.size()))));
    return questions;
  }

  private void decide(MetadataStore store, int threads)
      throws IOException, InterruptedException, ExecutionException {
    StateAccessDecider decider = new StateAccessDecider(store::state);
    Question[] questions = questions(store.state(), DECISIONS);
    for (boolean reasons : new boolean[] {false, true}) {
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      try {
        List<Future<Timed>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          running.add(pool.submit(() -> timed(decider, questions, reasons)));
        }
        List<Timed> done = new ArrayList<>();
        for (Future<Timed> one : running) {
          done.add(one.get());
        }
        long[] nanos = done.stream().flatMapToLong(t -> Arrays.stream(t.nanos())).toArray();
        ObjectNode line = line(reasons ? "decision with its reason" : "decision");
        line.put("threads", threads)
            .put("cpu_us_mean", mean(done) / 1e3)
            .put("allowed_percent", done.get(0).allowed() * 100 / DECISIONS);
        write(micros(line, nanos));
      } finally {
        pool.shutdown();
      }
    }
  }

  private record Timed(long[] nanos, int allowed, long cpuNanos) {}

  /** CPU nanoseconds of a decision, which others on the machine do not change much. */
  private static long mean(List<Timed> done) {
    return done.stream().mapToLong(Timed::cpuNanos).sum() / done.size() / DECISIONS;
  }

  private static Timed timed(StateAccessDecider decider, Question[] questions, boolean reasons) {
    long[] nanos = new long[questions.length];
    int allowed = 0;
    long cpu = 0;
    for (int round = 0; round < 2; round++) {
      allowed = 0;
      cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (int i = 0; i < questions.length; i++) {
        Question q = questions[i];
        long start = System.nanoTime();
        boolean may =
            reasons
                ? decider.decide(q.principal(), q.action(), q.securable()).isAllowed()
                : decider.isAllowed(q.principal(), q.action(), q.securable());
        nanos[i] = System.nanoTime() - start;
        allowed += may ? 1 : 0;
      }
    }
    cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
    return new Timed(nanos, allowed, cpu);
  }

  /**
   * What twenty reads of memory take that no cache holds: about what a decision cannot do without.
   */
  private void readAtRandom() throws IOException {
    Random random = new Random(3);
    int[] memory = new int[32 << 20];
    for (int i = 0; i < memory.length; i++) {
      memory[i] = random.nextInt(memory.length);
    }
    long[] nanos = new long[DECISIONS];
    int at = 0;
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < 20; j++) {
        at = memory[(at + i + j) & (memory.length - 1)];
      }
      nanos[i] = System.nanoTime() - start;
    }
    ObjectNode line = line("floor: twenty reads of 128 MB at random");
    line.put("read", at);
    write(micros(line, nanos));
  }

  /** Each decision is the first of its user since somebody became a member of a group. */
  private void decideAfterMemberships(CatalogState state) throws IOException {
    List<UUID> groups = state.principals(Principal.Kind.GROUP).map(Principal::id).sorted().toList();
    UUID user = state.principal("user-0@example.com").orElseThrow().id();
    CatalogState[] current = {state};
    StateAccessDecider decider = new StateAccessDecider(() -> current[0]);
    Question[] questions = questions(state, 20_000);
    long[] nanos = new long[questions.length];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < questions.length; i++) {
        UUID group = groups.get(i % groups.size());
        current[0] =
            state
                .after(new Change.DropMember(group, user))
                .after(new Change.PutMember(group, user));
        Question q = questions[i];
        long start = System.nanoTime();
        decider.isAllowed(q.principal(), q.action(), q.securable());
        nanos[i] = System.nanoTime() - start;
      }
    }
    write(micros(line("decision, first after a membership has changed"), nanos));
  }

  private void list(MetadataStore store) throws IOException {
    StateAccessDecider decider = new StateAccessDecider(store::state);
    CatalogState state = store.state();
    UUID schema =
        state
            .find(SecurableType.SCHEMA, List.of("catalog_0", "schema_0"))
            .map(Securable::id)
            .orElseThrow();
    long[] nanos = new long[LISTINGS];
    long seen = 0;
    for (int i = -LISTINGS; i < LISTINGS; i++) {
      UUID user = state.principal("user-%d@example.com".formatted(i + LISTINGS)).orElseThrow().id();
      long start = System.nanoTime();
      long visible =
          state
              .children(schema, SecurableType.TABLE, "")
              .filter(table -> decider.isAllowed(user, Action.DESCRIBE, table.id()))
              .count();
      if (i >= 0) {
        nanos[i] = System.nanoTime() - start;
        seen += visible;
      }
    }
    long tables = state.children(schema, SecurableType.TABLE, "").count();
    ObjectNode line = line("list tables of a schema that somebody may see");
    line.put("tables", tables).put("visible_on_average", seen / LISTINGS);
    write(millis(line, nanos));
  }

  private static long processNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long heapAfterCollection() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private static ObjectNode line(String part) {
    ObjectNode line = JSON.createObjectNode();
    line.put("at", LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
    line.put("part", part);
    line.put("huge_pages", hugePages());
    line.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    return line;
  }

  private static boolean hugePages() {
    return Boolean.parseBoolean(
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .getVMOption("UseTransparentHugePages")
            .getValue());
  }

  private static ObjectNode micros(ObjectNode line, long[] nanos) {
    return latencies(line, nanos, "us", 1e3);
  }

  private static ObjectNode millis(ObjectNode line, long[] nanos) {
    return latencies(line, nanos, "ms", 1e6);
  }

  private static ObjectNode latencies(ObjectNode line, long[] nanos, String unit, double in) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    line.put("count", nanos.length);
    for (double percent : new double[] {50, 99, 99.9}) {
      int at = Math.max(0, (int) Math.ceil(sorted.length * percent / 100) - 1);
      String name = percent == 99.9 ? "p999" : "p%.0f".formatted(percent);
      line.put(name + "_" + unit, Math.round(sorted[at] / in * 100) / 100.0);
    }
    return line;
  }

  private void write(ObjectNode line) throws IOException {
    String text = JSON.writeValueAsString(line);
    System.out.println(text);
    Files.writeString(results, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
