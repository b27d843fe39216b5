package io.millrace.catalog.server.principal.scim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.FreshCatalog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestScimService {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path directory;

  private FreshCatalog catalog;
  private ScimService scim;

  @BeforeEach
  void start() {
    catalog = new FreshCatalog(directory);
    scim = new ScimService(catalog.principals, "/scim");
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  private ObjectNode create(ScimType type, String body) {
    return scim.create(type, () -> json(body), catalog.admin());
  }

  private ObjectNode patch(ScimType type, Principal principal, String operations) {
    return scim.patch(
        type,
        principal.id().toString(),
        () ->
            json(
                "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp'],'Operations':"
                    + operations
                    + "}"),
        catalog.admin());
  }

  private List<String> names(ScimType type, ScimQuery query) {
    return scim.list(type, query, catalog.admin()).findValuesAsText(type.nameAttribute());
  }

  private Set<UUID> members(Principal group) {
    return Set.copyOf(catalog.store.state().members(group.id()));
  }

  private static void refused(ThrowingCallable call, int status, String type, String problem) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              ScimException told = ScimException.of(e);
              assertThat(told.problem()).isEqualTo(problem);
              assertThat(told.status()).isEqualTo(status);
              assertThat(told.scimType()).isEqualTo(Optional.of(type).filter(t -> !t.isEmpty()));
            });
  }

  @Test
  void aUserIsWhatWasPosted() {
    ObjectNode user =
        create(
            ScimType.USER,
            "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':'ann@example.com',"
                + "'name':{'givenName':'Ann','familyName':'Lee'},'externalId':'00u1','active':true,"
                + "'emails':[{'value':'other@example.com','primary':true}],'unknown':{'x':1}}");
    Principal ann = catalog.principal("ann@example.com");
    assertThat(user)
        .isEqualTo(
            json(
                "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'id':'"
                    + ann.id()
                    + "','externalId':'00u1','userName':'ann@example.com','displayName':'Ann Lee',"
                    + "'active':true,'groups':[],'name':{'formatted':'Ann Lee'},'emails':[{'value':"
                    + "'ann@example.com','type':'work','primary':true}],'meta':{'resourceType':"
                    + "'User','created':'2026-11-29T10:00:00Z','lastModified':"
                    + "'2026-11-29T10:00:00Z','location':'/scim/Users/"
                    + ann.id()
                    + "'}}"));
    assertThat(scim.find(ScimType.USER, ann.id().toString(), ScimQuery.all(), catalog.admin()))
        .isEqualTo(user);
  }

  @Test
  void aUserWithoutUserNameIsCalledByItsFirstEmailAddress() {
    ObjectNode user =
        create(
            ScimType.USER,
            "{'displayName':'Bob','emails':[{'value':'b@example.com'},{'value':'bob@example.com',"
                + "'primary':true}]}");
    assertThat(user.get("userName").textValue()).isEqualTo("bob@example.com");
    refused(
        () -> create(ScimType.USER, "{'displayName':'Bob'}"),
        400,
        "invalidValue",
        "userName is missing");
  }

  @Test
  void aServicePrincipalGetsAnApplicationIdThatStays() {
    ObjectNode made = create(ScimType.SERVICE_PRINCIPAL, "{'displayName':'Loader'}");
    String application = made.get("applicationId").textValue();
    assertThat(UUID.fromString(application)).isNotNull();
    refused(
        () ->
            patch(
                ScimType.SERVICE_PRINCIPAL,
                catalog.principal(application),
                "[{'op':'replace','path':'applicationId','value':'other'}]"),
        400,
        "mutability",
        "applicationId stays what it is");
  }

  @Test
  void duplicatesAreRefusedWhateverTheirCase() {
    catalog.user("ann@example.com");
    refused(
        () -> create(ScimType.USER, "{'userName':'ANN@example.com'}"),
        409,
        "uniqueness",
        "there is a user called ann@example.com already");
    assertThat(
            ScimException.of(
                    assertFails(() -> create(ScimType.USER, "{'userName':'ANN@example.com'}")))
                .toJson())
        .isEqualTo(
            json(
                "{'schemas':['urn:ietf:params:scim:api:messages:2.0:Error'],'scimType':'uniqueness',"
                    + "'detail':'there is a user called ann@example.com already','status':'409'}"));
  }

  private static MillraceException assertFails(Runnable call) {
    try {
      call.run();
    } catch (MillraceException e) {
      return e;
    }
    throw new AssertionError("nothing was refused");
  }

  @Test
  void listsAreByNameAndCutIntoPages() {
    for (String name : List.of("e@x", "B@x", "a@x", "d@x", "c@x")) {
      catalog.user(name);
    }
    assertThat(names(ScimType.USER, page(1, 100)))
        .containsExactly("a@x", "admin", "B@x", "c@x", "d@x", "e@x");
    assertThat(names(ScimType.USER, page(1, 2))).containsExactly("a@x", "admin");
    assertThat(names(ScimType.USER, page(5, 2))).containsExactly("d@x", "e@x");
    assertThat(names(ScimType.USER, page(6, 2))).containsExactly("e@x");
    ObjectNode none = scim.list(ScimType.USER, page(7, 2), catalog.admin());
    assertThat(none)
        .isEqualTo(
            json(
                "{'schemas':['urn:ietf:params:scim:api:messages:2.0:ListResponse'],"
                    + "'totalResults':6,'startIndex':7,'itemsPerPage':0,'Resources':[]}"));
    assertThat(scim.list(ScimType.USER, page(1, 0), catalog.admin()).get("totalResults").intValue())
        .isEqualTo(6);
    assertThat(
            names(ScimType.USER, page(2, 2).matching("userName ew \"@x\" and userName ne \"a@x\"")))
        .containsExactly("c@x", "d@x");
    assertThat(names(ScimType.USER, ScimQuery.all().matching("userName eq \"b@X\"")))
        .containsExactly("B@x");
    assertThat(names(ScimType.GROUP, ScimQuery.all().matching("displayName eq \"admin\"")))
        .isEmpty();
  }

  private static ScimQuery page(int startIndex, int count) {
    return ScimQuery.of(
        Optional.empty(),
        Optional.of(Integer.toString(startIndex)),
        Optional.of(Integer.toString(count)),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void startAndCountAreTakenAsTheStandardSays() {
    assertThat(page(0, -3)).isEqualTo(page(1, 0));
    assertThat(page(1, 100_000).count()).isEqualTo(1000);
    refused(
        () ->
            ScimQuery.of(
                Optional.empty(),
                Optional.of("x"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
        400,
        "invalidValue",
        "startIndex is no whole number");
  }

  @Test
  void attributesThatAreNotWantedAreLeftOut() {
    Principal team = catalog.group("team");
    catalog.addMember(team, catalog.user("ann@example.com"));
    ScimQuery without =
        ScimQuery.of(
            Optional.of("displayName eq \"team\""),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("members,META"));
    JsonNode found = scim.list(ScimType.GROUP, without, catalog.admin()).at("/Resources/0");
    assertThat(found)
        .isEqualTo(
            json(
                "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:Group'],'id':'"
                    + team.id()
                    + "','displayName':'team'}"));
    ScimQuery only =
        ScimQuery.of(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("displayName"),
            Optional.empty());
    assertThat(scim.find(ScimType.GROUP, team.id().toString(), only, catalog.admin()))
        .isEqualTo(found);
  }

  @Test
  void groupsAreFoundByTheirMembers() {
    Principal ann = catalog.user("ann@example.com");
    Principal bob = catalog.user("bob@example.com");
    Principal team = catalog.group("team");
    Principal crew = catalog.group("crew");
    catalog.addMember(team, ann);
    catalog.addMember(crew, bob);
    for (String filter :
        List.of(
            "members eq \"%s\"",
            "members.value eq \"%s\"",
            "members[value eq \"%s\"]",
            "displayName pr and members eq \"%s\"",
            "members eq \"%s\" or displayName eq \"x\"")) {
      assertThat(names(ScimType.GROUP, ScimQuery.all().matching(filter.formatted(ann.id()))))
          .as(filter)
          .containsExactly("team");
    }
  }

  @Test
  void aGroupTellsItsMembersAndAUserItsGroups() {
    Principal ann = catalog.user("ann@example.com");
    Principal inner = catalog.group("inner");
    ObjectNode outer =
        create(
            ScimType.GROUP,
            "{'displayName':'outer','members':[{'value':'"
                + ann.id()
                + "'},{'value':'"
                + inner.id()
                + "','type':'Group'}]}");
    assertThat(outer.get("members"))
        .isEqualTo(
            json(
                "[{'value':'"
                    + ann.id()
                    + "','$ref':'/scim/Users/"
                    + ann.id()
                    + "','display':'ann@example.com','type':'User'},{'value':'"
                    + inner.id()
                    + "','$ref':'/scim/Groups/"
                    + inner.id()
                    + "','display':'inner','type':'Group'}]"));
    assertThat(scim.me(catalog.as("ann@example.com")).get("groups"))
        .isEqualTo(
            json(
                "[{'value':'"
                    + outer.get("id").textValue()
                    + "','$ref':'/scim/Groups/"
                    + outer.get("id").textValue()
                    + "','display':'outer','type':'direct'}]"));
  }

  @Test
  void putSetsWhatItSaysAndLeavesTheRest() {
    Principal ann = catalog.user("ann@example.com");
    Principal team = catalog.group("team");
    catalog.addMember(team, ann);
    catalog.setActive(ann, false);
    ObjectNode put =
        scim.replace(
            ScimType.USER,
            ann.id().toString(),
            () ->
                json("{'userName':'ann.lee@example.com','displayName':'Ann Lee','externalId':'7'}"),
            catalog.admin());
    assertThat(put.get("active").booleanValue()).isFalse();
    assertThat(catalog.principal("ann.lee@example.com").id()).isEqualTo(ann.id());
    assertThat(catalog.store.state().principal("ann@example.com")).isEmpty();
    scim.replace(
        ScimType.GROUP,
        team.id().toString(),
        () -> json("{'displayName':'crew'}"),
        catalog.admin());
    assertThat(members(team)).containsExactly(ann.id());
    scim.replace(
        ScimType.GROUP,
        team.id().toString(),
        () -> json("{'displayName':'crew','members':[]}"),
        catalog.admin());
    assertThat(members(team)).isEmpty();
  }

  @Test
  void everyStyleOfPatchDisablesAUser() {
    Principal ann = catalog.user("ann@example.com");
    for (String operation :
        List.of(
            // RFC 7644
            "{'op':'replace','path':'active','value':false}",
            // Okta
            "{'op':'replace','value':{'active':false}}",
            "{'op':'replace','value':{'id':'" + ann.id() + "','active':false}}",
            // Entra ID, before and after its flag aadOptscim062020
            "{'op':'Replace','path':'active','value':'False'}",
            "{'op':'Add','value':{'active':'False','name.givenName':'Ann',"
                + "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department':'X'}}",
            "{'op':'replace','path':'urn:ietf:params:scim:schemas:core:2.0:User:active',"
                + "'value':'false'}")) {
      catalog.setActive(ann, true);
      ObjectNode patched = patch(ScimType.USER, ann, "[" + operation + "]");
      assertThat(patched.get("active").booleanValue()).as(operation).isFalse();
      assertThat(catalog.principal("ann@example.com").active()).as(operation).isFalse();
    }
  }

  @Test
  void attributesThatAreNotKeptArePassedOver() {
    Principal ann = catalog.user("ann@example.com");
    ObjectNode patched =
        patch(
            ScimType.USER,
            ann,
            "[{'op':'Add','path':'name.givenName','value':'Ann'},"
                + "{'op':'Replace','path':'emails[type eq \\'work\\'].value','value':'x@y'},"
                + "{'op':'add','path':'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',"
                + "'value':{'department':'X'}},"
                + "{'op':'replace','path':'displayName','value':'Ann'}]".replace("\\'", "\\\""));
    assertThat(patched.get("displayName").textValue()).isEqualTo("Ann");
    assertThat(patched.get("userName").textValue()).isEqualTo("ann@example.com");
  }

  @Test
  void everyStyleOfPatchAddsAndRemovesMembers() {
    Principal team = catalog.group("team");
    UUID ann = catalog.user("ann@example.com").id();
    UUID bob = catalog.user("bob@example.com").id();
    UUID eve = catalog.user("eve@example.com").id();

    patch(
        ScimType.GROUP,
        team,
        "[{'op':'Add','path':'members','value':[{'value':'%s'},{'value':'%s'}]}]"
            .formatted(ann, bob));
    assertThat(members(team)).containsExactlyInAnyOrder(ann, bob);
    patch(
        ScimType.GROUP,
        team,
        "[{'op':'add','value':{'members':[{'value':'%s'},{'value':'%s'}]}}]".formatted(bob, eve));
    assertThat(members(team)).containsExactlyInAnyOrder(ann, bob, eve);
    // RFC 7644 and Okta
    patchText(team, "[{'op':'remove','path':'members[value eq #%s#]'}]".formatted(ann));
    assertThat(members(team)).containsExactlyInAnyOrder(bob, eve);
    patchText(
        team,
        "[{'op':'remove','path':'members[value eq #%s# or display sw #eve#]'}]".formatted(bob));
    assertThat(members(team)).isEmpty();
    patch(
        ScimType.GROUP,
        team,
        "[{'op':'replace','path':'members','value':[{'value':'%s'},{'value':'%s'}]}]"
            .formatted(ann, eve));
    assertThat(members(team)).containsExactlyInAnyOrder(ann, eve);
    // Entra ID
    patch(
        ScimType.GROUP,
        team,
        "[{'op':'Remove','path':'members','value':[{'$ref':null,'value':'%s'}]}]".formatted(ann));
    assertThat(members(team)).containsExactly(eve);
    // Who is not there is gone already.
    patchText(team, "[{'op':'remove','path':'members[value eq #%s#]'}]".formatted(bob));
    patch(ScimType.GROUP, team, "[{'op':'remove','path':'members'}]");
    assertThat(members(team)).isEmpty();
  }

  private void patchText(Principal group, String operations) {
    patch(ScimType.GROUP, group, operations.replace("#", "\\\""));
  }

  @Test
  void operationsOfOnePatchAreAllDoneOrNone() {
    Principal team = catalog.group("team");
    UUID ann = catalog.user("ann@example.com").id();
    refused(
        () ->
            patch(
                ScimType.GROUP,
                team,
                "[{'op':'replace','path':'displayName','value':'crew'},"
                    + "{'op':'add','path':'members','value':[{'value':'%s'},{'value':'%s'}]}]"
                        .formatted(ann, new UUID(0, 1))),
        400,
        "invalidValue",
        "there is no principal 00000000-0000-0000-0000-000000000001 to be a member of crew");
    assertThat(catalog.principal("team").id()).isEqualTo(team.id());
    assertThat(members(team)).isEmpty();
  }

  @Test
  void patchesThatSayNothingAreRefused() {
    Principal ann = catalog.user("ann@example.com");
    refused(
        () -> patch(ScimType.USER, ann, "[]"),
        400,
        "invalidSyntax",
        "Operations is missing or empty");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'move','path':'active'}]"),
        400,
        "invalidSyntax",
        "an operation is none of add, replace and remove");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'remove'}]"),
        400,
        "noTarget",
        "remove has no path");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'replace','path':'pasword','value':'x'}]"),
        400,
        "invalidPath",
        "a User has no attribute pasword");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'replace','path':'active','value':'no'}]"),
        400,
        "invalidValue",
        "active is neither true nor false");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'replace','path':'id','value':'x'}]"),
        400,
        "mutability",
        "id is read only");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'add','path':'groups','value':[]}]"),
        400,
        "mutability",
        "groups is read only");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'remove','path':'userName'}]"),
        400,
        "mutability",
        "userName cannot be removed");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'replace','path':'active.x','value':true}]"),
        400,
        "invalidPath",
        "active has one value, without parts");
    refused(
        () -> patch(ScimType.USER, ann, "[{'op':'replace','value':7}]"),
        400,
        "invalidValue",
        "an operation without a path has no object as its value");
  }

  @Test
  void whatIsDeletedIsGone() {
    Principal ann = catalog.user("ann@example.com");
    scim.delete(ScimType.USER, ann.id().toString(), catalog.admin());
    String problem = "there is no user " + ann.id();
    refused(
        () -> scim.find(ScimType.USER, ann.id().toString(), ScimQuery.all(), catalog.admin()),
        404,
        "",
        problem);
    refused(
        () -> scim.delete(ScimType.USER, ann.id().toString(), catalog.admin()), 404, "", problem);
    refused(
        () -> scim.find(ScimType.USER, "x", ScimQuery.all(), catalog.admin()),
        404,
        "",
        "there is no user x");
    Principal team = catalog.group("team");
    refused(
        () -> scim.find(ScimType.USER, team.id().toString(), ScimQuery.all(), catalog.admin()),
        404,
        "",
        "there is no user " + team.id());
  }

  @Test
  void anOwnerStaysAndTheSecurableIsNamed() {
    Principal ann = catalog.user("ann@example.com");
    catalog.catalogOwnedBy("main", ann.id());
    refused(
        () -> scim.delete(ScimType.USER, ann.id().toString(), catalog.admin()),
        409,
        "",
        "user ann@example.com owns catalog main");
  }

  @Test
  void onlyAdminsMayAndEverybodyMaySeeItself() {
    Principal eve = catalog.user("eve@example.com");
    List<ThrowingCallable> calls =
        List.of(
            () -> scim.list(ScimType.USER, ScimQuery.all(), catalog.as("eve@example.com")),
            () ->
                scim.find(
                    ScimType.USER,
                    eve.id().toString(),
                    ScimQuery.all(),
                    catalog.as("eve@example.com")),
            () ->
                scim.create(
                    ScimType.GROUP,
                    () -> json("{'displayName':'g'}"),
                    catalog.as("eve@example.com")),
            () ->
                scim.replace(
                    ScimType.USER,
                    eve.id().toString(),
                    () -> json("{'displayName':'E'}"),
                    catalog.as("eve@example.com")),
            () ->
                scim.patch(
                    ScimType.GROUP,
                    catalog.principal("metastore_admins").id().toString(),
                    () ->
                        json(
                            "{'Operations':[{'op':'add','path':'members','value':[{'value':'"
                                + eve.id()
                                + "'}]}]}"),
                    catalog.as("eve@example.com")),
            () -> scim.delete(ScimType.USER, eve.id().toString(), catalog.as("eve@example.com")));
    for (ThrowingCallable call : calls) {
      refused(call, 403, "", "MANAGE_PRINCIPALS needs membership in the group of metastore admins");
    }
    assertThat(catalog.denials()).hasSize(calls.size());
    assertThat(scim.me(catalog.as("eve@example.com")).get("id").textValue())
        .isEqualTo(eve.id().toString());
  }
}
