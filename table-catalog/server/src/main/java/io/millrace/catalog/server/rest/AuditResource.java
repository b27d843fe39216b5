package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.audit.AuditFilter;
import io.millrace.catalog.server.audit.AuditReader;
import io.millrace.catalog.server.service.Work;
import java.util.List;
import java.util.Optional;

/** The audit log, for asking. There is nothing here that changes it. */
public final class AuditResource {
  private final Work work;
  private final AuditReader reader;

  public AuditResource(Work work, AuditReader reader) {
    this.work = requireNonNull(work, "work is null");
    this.reader = requireNonNull(reader, "reader is null");
  }

  record Events(List<AuditEvent> events, Optional<String> nextPageToken) {}

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        Millrace.route(
            "GET",
            "/audit",
            new Rule.Decided("membership in the group of metastore admins"),
            request -> {
              var state = work.state();
              work.gate().require(state, request.caller(), Action.READ_AUDIT, state.metastore());
              AuditReader.Page page =
                  reader.page(
                      new AuditFilter(
                          Millrace.time(request, "from"),
                          Millrace.time(request, "to"),
                          request.query("principal"),
                          request.query("action"),
                          request.query("securable_type"),
                          request.query("full_name"),
                          request
                              .query("outcome")
                              .map(
                                  unused ->
                                      Millrace.choice(
                                          request, "outcome", AuditEvent.Outcome.DONE))),
                      Millrace.results(request),
                      request.query("page_token"));
              return Millrace.reply(
                  new Events(
                      page.lines().stream().map(AuditReader.Line::event).toList(), page.next()));
            }));
  }
}
