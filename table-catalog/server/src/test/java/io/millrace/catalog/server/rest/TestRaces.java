package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.unitycatalog.client.ApiException;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.TablesApi;
import io.unitycatalog.client.model.CreateCatalog;
import io.unitycatalog.client.model.CreateTable;
import io.unitycatalog.client.model.DataSourceFormat;
import io.unitycatalog.client.model.TableType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many callers at once, of whom one may win: checks H13 and H13b. */
class TestRaces {
  private static final int CALLERS = 8;
  private static final int ROUNDS = 20;

  @TempDir private Path folder;
  private CatalogServer server;
  private ExecutorService callers;

  @BeforeEach
  void start() {
    server = CatalogServer.start(folder);
    callers = Executors.newFixedThreadPool(CALLERS);
  }

  @AfterEach
  void stop() {
    callers.shutdownNow();
    server.close();
  }

  /** What one of the callers does. */
  @FunctionalInterface
  private interface Call {
    void send(int caller) throws Exception;
  }

  /** Statuses of all callers, who begin together. */
  private List<Integer> race(Call call) throws Exception {
    CyclicBarrier start = new CyclicBarrier(CALLERS);
    List<Future<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int caller = i;
      answers.add(
          callers.submit(
              () -> {
                start.await();
                try {
                  call.send(caller);
                  return 200;
                } catch (ApiException e) {
                  return e.getCode();
                }
              }));
    }
    List<Integer> statuses = new ArrayList<>();
    for (Future<Integer> answer : answers) {
      statuses.add(answer.get());
    }
    return statuses.stream().sorted().toList();
  }

  private static List<Integer> oneWinner() {
    List<Integer> statuses = new ArrayList<>(List.of(200));
    for (int i = 1; i < CALLERS; i++) {
      statuses.add(400);
    }
    return statuses;
  }

  @Test
  void oneOfManyMakesACatalogOfOneName() throws Exception {
    CatalogsApi catalogs = new CatalogsApi(server.as(CatalogServer.ADMIN));
    for (int round = 0; round < ROUNDS; round++) {
      String name = "c" + round;
      assertThat(
              race(
                  caller ->
                      catalogs.createCatalog(
                          new CreateCatalog()
                              .name(caller % 2 == 0 ? name : "C" + name.substring(1)))))
          .isEqualTo(oneWinner());
    }
    assertThat(catalogs.listCatalogs(null, 0).getCatalogs()).hasSize(ROUNDS);
  }

  @Test
  void oneOfManyMakesATableAtOnePlace() throws Exception {
    new Scene(server).schema("main", "s");
    TablesApi tables = new TablesApi(server.as(CatalogServer.ADMIN));
    for (int round = 0; round < ROUNDS; round++) {
      String place = folder.resolve("data/" + round).toString();
      String prefix = "r" + round + "_";
      assertThat(
              race(
                  caller ->
                      tables.createTable(
                          new CreateTable()
                              .name(prefix + caller)
                              .catalogName("main")
                              .schemaName("s")
                              .tableType(TableType.EXTERNAL)
                              .dataSourceFormat(DataSourceFormat.DELTA)
                              .columns(List.of())
                              .storageLocation(
                                  caller % 3 == 0
                                      ? place
                                      : caller % 3 == 1
                                          ? place + "/below"
                                          : "file:" + place + "/"))))
          .isEqualTo(oneWinner());
    }
    List<String> places =
        server
            .work()
            .state()
            .all()
            .flatMap(each -> each.definition().ownLocation().stream())
            .sorted()
            .toList();
    for (int i = 1; i < places.size(); i++) {
      assertThat(places.get(i) + "/").doesNotStartWith(places.get(i - 1) + "/");
    }
  }
}
