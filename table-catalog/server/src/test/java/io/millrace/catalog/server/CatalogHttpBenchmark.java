package io.millrace.catalog.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.token.TokenLimits;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.principal.token.TokenService;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.StoreSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What a catalog of a million grants answers over HTTP, in the process that asks. Arguments: file
 * to append results to, folder with the database that {@code CatalogBenchmark} has made.
 */
public final class CatalogHttpBenchmark {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int USERS = 8;
  private static final int PER_SECOND = 200;
  private static final int SECONDS = 30;
  private static final int LISTINGS = 20;
  private static final String TABLES = "/api/2.1/unity-catalog/tables";

  private final Path results;
  private final String uri;
  private final List<String> tokens;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private CatalogHttpBenchmark(Path results, int port, List<String> tokens) {
    this.results = results;
    this.uri = "http://127.0.0.1:" + port;
    this.tokens = tokens;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    List<String> tokens = tokens(folder);
    try (RunningCatalog catalog =
        RunningCatalog.start(
            RunningCatalog.Options.embedded(folder, 0, folder.resolve("tables")),
            Clock.systemUTC())) {
      var benchmark = new CatalogHttpBenchmark(Path.of(arguments[0]), catalog.port(), tokens);
      for (boolean warmUp : new boolean[] {true, false}) {
        benchmark.getAtARate(warmUp);
        benchmark.getAsFastAsItGoes(warmUp);
        benchmark.list(warmUp, 100, 100);
        benchmark.list(warmUp, 1_000, Integer.MAX_VALUE);
      }
    }
  }

  private static List<String> tokens(Path folder) {
    Clock clock = Clock.systemUTC();
    try (MetadataStore store = MetadataStore.open(StoreSettings.embedded(folder), clock)) {
      TokenService service =
          new TokenService(
              store, new Gate(event -> {}, clock), TokenLimits.DEFAULT, new SecureRandom());
      List<String> made = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        TokenRequest request =
            new TokenRequest(
                "user-%d@example.com".formatted(i), Token.Kind.PERSONAL, Optional.empty(), "");
        made.add(service.createAsOperator(request, UUID.randomUUID().toString()).secret().text());
      }
      return made;
    }
  }

  private HttpResponse<byte[]> get(int user, String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(uri + path))
            .header("Authorization", "Bearer " + tokens.get(user % USERS))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String table(Random random) {
    int i = random.nextInt(10_000);
    return TABLES + "/catalog_0.schema_0.table_" + i;
  }

  /** Requests begin when they are due, whether the ones before have been answered or not. */
  private void getAtARate(boolean warmUp) throws Exception {
    int count = PER_SECOND * (warmUp ? 10 : SECONDS);
    long[] nanos = new long[count];
    AtomicInteger found = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(count);
    ExecutorService pool = Executors.newFixedThreadPool(32);
    Random random = new Random(5);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = start + i * TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
      LockSupport.parkNanos(due - System.nanoTime());
      String path = table(random);
      int at = i;
      var unused =
          pool.submit(
              () -> {
                try {
                  found.addAndGet(get(at, path).statusCode() == 200 ? 1 : 0);
                } finally {
                  nanos[at] = System.nanoTime() - due;
                  done.countDown();
                }
                return at;
              });
    }
    done.await();
    pool.shutdown();
    ObjectNode line = line("GET of a table at a rate");
    line.put("per_second", PER_SECOND).put("found_percent", found.get() * 100 / count);
    write(warmUp, line, nanos);
  }

  private void getAsFastAsItGoes(boolean warmUp) throws Exception {
    int each = warmUp ? 1_000 : 2_000;
    ExecutorService pool = Executors.newFixedThreadPool(USERS);
    List<Future<long[]>> running = new ArrayList<>();
    long start = System.nanoTime();
    for (int user = 0; user < USERS; user++) {
      int as = user;
      running.add(
          pool.submit(
              () -> {
                Random random = new Random(as);
                long[] nanos = new long[each];
                for (int i = 0; i < each; i++) {
                  long before = System.nanoTime();
                  get(as, table(random));
                  nanos[i] = System.nanoTime() - before;
                }
                return nanos;
              }));
    }
    long[] nanos = new long[0];
    for (Future<long[]> one : running) {
      long[] more = one.get();
      int had = nanos.length;
      nanos = Arrays.copyOf(nanos, had + more.length);
      System.arraycopy(more, 0, nanos, had, more.length);
    }
    pool.shutdown();
    ObjectNode line = line("GET of a table, as fast as it goes");
    line.put("connections", USERS)
        .put("per_second", Math.round(nanos.length * 1e9 / (System.nanoTime() - start)));
    write(warmUp, line, nanos);
  }

  /** Lists a schema of 10,000 tables as somebody who may see some of them. */
  private void list(boolean warmUp, int page, int most) throws Exception {
    long[] nanos = new long[LISTINGS];
    int tables = 0;
    for (int i = 0; i < LISTINGS; i++) {
      long start = System.nanoTime();
      String next = "";
      int seen = 0;
      do {
        String path =
            TABLES + "?catalog_name=catalog_0&schema_name=schema_0&max_results=" + page + next;
        JsonNode answer = JSON.readTree(get(i, path).body());
        seen += answer.path("tables").size();
        next =
            answer.hasNonNull("next_page_token")
                ? "&page_token=" + answer.get("next_page_token").textValue()
                : "";
      } while (!next.isEmpty() && seen < most);
      nanos[i] = System.nanoTime() - start;
      tables += seen;
    }
    ObjectNode line = line(most == page ? "list a page of tables" : "list all tables of a schema");
    line.put("max_results", page).put("tables_on_average", tables / LISTINGS);
    write(warmUp, line, nanos);
  }

  private static ObjectNode line(String part) {
    ObjectNode line = JSON.createObjectNode();
    line.put("at", LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
    line.put("part", part);
    line.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    return line;
  }

  private void write(boolean warmUp, ObjectNode line, long[] nanos) throws IOException {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    line.put("count", nanos.length);
    for (int percent : new int[] {50, 99}) {
      int at = Math.max(0, (sorted.length * percent + 99) / 100 - 1);
      line.put("p%d_ms".formatted(percent), Math.round(sorted[at] / 1e4) / 100.0);
    }
    String text = JSON.writeValueAsString(line);
    System.out.println((warmUp ? "warm-up: " : "") + text);
    if (!warmUp) {
      Files.writeString(results, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }
}
