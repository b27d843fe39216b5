package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;

/** Takes somebody out of a group. */
@Command(
    name = "remove-member",
    header = "Take somebody out of a group; no error if that one is not in it.",
    footer = {"", "Examples:", "  millrace catalog group remove-member analysts ann@example.com"})
final class CatalogGroupRemoveMemberCommand extends CatalogMembershipCommand {

  CatalogGroupRemoveMemberCommand(Console console) {
    super(console);
  }

  @Override
  void describe(ObjectNode operation, String memberId) {
    operation.put("op", "remove").put("path", "members[value eq \"" + memberId + "\"]");
  }

  @Override
  String done(String groupName, String memberName) {
    return "%s is not in %s".formatted(memberName, groupName);
  }
}
