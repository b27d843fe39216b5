package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.freshness.EpochReport;
import io.millrace.catalog.server.freshness.Freshness;
import io.millrace.catalog.server.freshness.FreshnessService;
import io.millrace.catalog.server.freshness.RowCounts;
import io.millrace.catalog.server.freshness.TableEpoch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Freshness of tables: told by pipelines, asked by everybody who sees them. */
public final class FreshnessResource {
  private static final String SEES =
      "any privilege on the table, BROWSE, or ownership of it or of what it is in";

  private final FreshnessService freshness;

  public FreshnessResource(FreshnessService freshness) {
    this.freshness = requireNonNull(freshness, "freshness is null");
  }

  record Reports(List<EpochReport> reports) {
    Reports {
      requireNonNull(reports, "reports");
    }
  }

  record EpochInfo(
      String pipeline,
      long epoch,
      long version,
      Instant committed,
      Optional<Instant> watermark,
      Optional<RowCounts> rows,
      RowCounts total,
      TableEpoch.Balance balance,
      long imbalances,
      Instant reported) {
    static EpochInfo of(TableEpoch it) {
      return new EpochInfo(
          it.pipeline(),
          it.epoch(),
          it.version(),
          it.committed(),
          it.watermark(),
          it.rows(),
          it.total(),
          it.balance(),
          it.imbalances(),
          it.reported());
    }
  }

  record FreshnessInfo(
      String table,
      Optional<EpochInfo> last,
      Optional<Long> behindMs,
      Optional<Long> commitAgeMs) {}

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        Millrace.route(
            "POST",
            "/freshness",
            new Rule.Decided("MODIFY on each of the tables"),
            request -> {
              freshness.report(request.caller(), Millrace.read(request, Reports.class).reports());
              return Reply.done();
            }),
        Millrace.route(
            "GET",
            "/freshness/{full_name}",
            new Rule.Decided(SEES),
            request -> {
              String table = request.path("full_name");
              Optional<Freshness> found = freshness.find(request.caller(), table);
              return Millrace.reply(
                  new FreshnessInfo(
                      found.map(Freshness::table).orElse(table),
                      found.map(Freshness::last).map(EpochInfo::of),
                      found.flatMap(Freshness::behind).map(Duration::toMillis),
                      found.map(Freshness::sinceCommit).map(Duration::toMillis)));
            }),
        Millrace.route(
            "GET",
            "/freshness/{full_name}/epochs",
            new Rule.Decided(SEES),
            request ->
                Millrace.reply(
                    Map.of(
                        "epochs",
                        freshness
                            .history(
                                request.caller(),
                                request.path("full_name"),
                                Millrace.results(request))
                            .stream()
                            .map(EpochInfo::of)
                            .toList()))));
  }
}
