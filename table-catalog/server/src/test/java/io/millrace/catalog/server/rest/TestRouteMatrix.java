package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.server.rest.RouteMatrix.Case;
import io.millrace.catalog.server.rest.RouteMatrix.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every route, called in every role, against the table that says who may. */
class TestRouteMatrix {
  @TempDir private Path folder;
  private CatalogServer server;

  @BeforeEach
  void start() {
    server = CatalogServer.start(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyRouteIsInTheTableAndNothingElseIs() throws Exception {
    Set<String> routes = server.routes().stream().map(Route::toString).collect(Collectors.toSet());
    Set<String> told =
        RouteMatrix.read().cases().stream().map(Case::route).collect(Collectors.toSet());
    assertThat(told).isEqualTo(routes);
  }

  @Test
  void whoMayCallWhatIsAsTheTableSays() throws Exception {
    List<String> different = new ArrayList<>();
    int calls = 0;
    for (Case each : RouteMatrix.read().cases()) {
      Map<Role, RoleScene> scenes = scenes(each.line());
      for (Role role : Role.values()) {
        RoleScene scene = scenes.get(role);
        HttpResponse<String> answer =
            server.send(
                scene.user(),
                each.method(),
                scene.fill(each.at()).replace(" ", "%20"),
                each.body().map(scene::fill).orElse(null));
        calls++;
        int status = answer.statusCode();
        String came = status >= 200 && status < 300 ? "yes" : Integer.toString(status);
        String expected = each.expected().get(role);
        if (!came.equals(expected)) {
          different.add(
              "line %d, %s as %s: %s, not %s: %s"
                  .formatted(
                      each.line(), each.route(), role.word(), came, expected, answer.body()));
        }
      }
    }
    assertThat(different).isEmpty();
    assertThat(calls).isEqualTo(RouteMatrix.read().cases().size() * Role.values().length);
  }

  private Map<Role, RoleScene> scenes(int line) {
    return server
        .store()
        .write(
            in -> {
              Map<Role, RoleScene> made = new EnumMap<>(Role.class);
              for (Role role : Role.values()) {
                made.put(
                    role,
                    RoleScene.make(
                        in, role, line + "x" + role.ordinal(), folder.resolve("data").toString()));
              }
              return made;
            });
  }

  @Test
  void aTableThatLeavesARoleOutIsRefused() {
    assertThatThrownBy(() -> RouteMatrix.parse(List.of("GET /x", "  yes  stranger")))
        .hasMessage("line 1 says nothing of nobody");
    assertThatThrownBy(() -> RouteMatrix.parse(List.of("GET /x", "  yes  use", "  403  use")))
        .hasMessage("line 1 names use twice");
    assertThatThrownBy(() -> RouteMatrix.parse(List.of("  yes  use")))
        .hasMessage("line 1 belongs to no route");
  }
}
