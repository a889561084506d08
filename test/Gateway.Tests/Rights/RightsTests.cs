using Orchestrator.Api;

namespace Orchestrator.Tests;

/// <summary>Every cell of the table of rights against a server: each command from each rank, and from each post in a session.</summary>
public sealed class RightsTests(RightsFixture answers) : IClassFixture<RightsFixture>
{
    [Fact]
    public void Every_command_has_parameters_to_try_it_with() => ValidParameters.Table.Keys.ShouldBe(Rights.Table.Keys, ignoreOrder: true);

    [Fact]
    public void Every_command_is_answered_to_each_rank_and_post_as_the_table_says()
    {
        answers.ByRank.Count.ShouldBe(Rights.Table.Count * Enum.GetValues<Rank>().Length);
        Faults(Rights.Table).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_forbidden_changes_nothing_and_is_not_in_the_audit() => answers.AroundTheForbidden.After.ShouldBe(answers.AroundTheForbidden.Before);

    [Fact]
    public void A_row_that_is_wrong_is_found()
    {
        foreach (var (command, right) in Rights.Table)
        {
            foreach (var permission in Enum.GetValues<Permission>().Where(p => p != right.Permission))
            {
                Faults(With(command, right with { Permission = permission })).ShouldNotBeEmpty($"{command} for {permission}");
            }

            foreach (var standing in Enum.GetValues<Standing>().Where(s => s != right.Standing && right.Permission <= Permission.LoggedIn))
            {
                Faults(With(command, right with { Standing = standing })).ShouldNotBeEmpty($"{command} for {standing}");
            }
        }
    }

    private static Dictionary<string, Right> With(string command, Right right) => new(Rights.Table, StringComparer.Ordinal) { [command] = right };

    private IReadOnlyList<string> Faults(IReadOnlyDictionary<string, Right> table) =>
        [.. RightsTable.Faults(table, answers.ByRank, answers.ByPost).Where(fault => fault.Length > 0)];
}
