using System.Text.RegularExpressions;

namespace Orchestrator;

public sealed class SubjectTests
{
    private static readonly HashSet<string> Subjects = new(StringComparer.Ordinal)
    {
        "Accounts", "Administration", "Users", "Devices", "Sessions", "Scenarios", "Rooms", "DataStreams", "Stages", "Routers", "Delivery",
    };

    [Theory]
    [InlineData("Grains.Abstractions")]
    [InlineData("Grains")]
    [InlineData("Gateway")]
    [InlineData("Silo")]
    public void A_folder_is_a_namespace(string project)
    {
        foreach (var (path, text) in House.Sources(project))
        {
            if (Regex.Match(text, "^namespace (?<name>[\\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is not { Success: true } found)
            {
                Path.GetFileName(path).ShouldBe("Program.cs", "only the entry has no namespace");
                continue;
            }

            string[] wanted = [House.Name, .. path.Split('/')[..^1]];
            found.Groups["name"].Value.ShouldBe(string.Join('.', wanted), $"{project}/{path}");
        }
    }

    [Theory]
    [InlineData("Grains.Abstractions")]
    [InlineData("Grains")]
    public void Contracts_and_behaviour_are_ordered_by_subject(string project) => House.Sources(project)
        .Select(source => source.Path.Split('/'))
        .Where(parts => parts.Length > 1)
        .Select(parts => parts[0])
        .Distinct()
        .ShouldBeSubsetOf(Subjects);
}
