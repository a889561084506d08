using System.Text.RegularExpressions;

namespace Orchestrator;

/// <summary>docs/features.md says what there is and what proves it. What it names must be there.</summary>
public sealed partial class FeatureTests
{
    private const int Features = 117;

    private static readonly string[] Awaited = ["issue 5", "routers", "logs", "console"];

    private static readonly IReadOnlyList<(int Id, string Proof)> Rows =
    [
        .. Row().Matches(Repository.Read("docs/features.md"))
            .Select(row => (int.Parse(row.Groups["id"].Value, System.Globalization.CultureInfo.InvariantCulture), row.Groups["proof"].Value.Trim())),
    ];

    [Fact]
    public void Every_feature_has_a_row_in_order() => Rows.Select(row => row.Id).ShouldBe(Enumerable.Range(1, Features));

    [Fact]
    public void Every_row_names_a_test_that_is_there_or_what_it_waits_for()
    {
        var tests = TestsOf(House.TestSources());
        var wrong = Rows.SelectMany(row => Complaints(row.Proof, tests).Select(complaint => $"VRT-{row.Id:00}: {complaint}"));
        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("`SessionTests.Nobody_wrote_this`")]
    [InlineData("`Nobody.Joining_twice_is_refused_and_changes_nothing`")]
    [InlineData("it works")]
    [InlineData("")]
    [InlineData("waits for better times")]
    public void A_proof_that_proves_nothing_is_seen(string proof) => Complaints(proof, TestsOf(House.TestSources())).ShouldNotBeEmpty();

    private static IEnumerable<string> Complaints(string proof, HashSet<string> tests)
    {
        if (proof.StartsWith("waits for ", StringComparison.Ordinal))
        {
            return Awaited.Any(what => proof.EndsWith(what, StringComparison.Ordinal)) ? [] : [$"nobody knows what it '{proof}'"];
        }

        var named = Proof().Matches(proof).Select(match => match.Groups["test"].Value).ToList();
        return named.Count == 0 ? ["no test is named"] : named.Where(test => !tests.Contains(test)).Select(test => $"there is no test {test}");
    }

    /// <summary>Class.Method of every fact and theory; of a JavaScript test its file and title.</summary>
    private static HashSet<string> TestsOf(IEnumerable<(string Path, string Text)> sources) =>
        [.. sources.SelectMany(source => source.Path.EndsWith(".js", StringComparison.Ordinal) ? JavaScript(source.Path, source.Text) : CSharp(source.Text))];

    private static IEnumerable<string> JavaScript(string path, string text) =>
        Title().Matches(text).Select(match => $"{Path.GetFileName(path)}: {match.Groups["title"].Value}");

    private static IEnumerable<string> CSharp(string text)
    {
        var classes = Class().Matches(text);
        return Test().Matches(text).Select(test => $"{classes.Last(c => c.Index < test.Index).Groups["name"].Value}.{test.Groups["name"].Value}");
    }

    [GeneratedRegex(@"^\| VRT-(?<id>\d+) \|[^|]*\|(?<proof>[^|]*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<test>[^`]+)`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Proof();

    [GeneratedRegex(@"\bclass (?<name>\w+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Class();

    [GeneratedRegex(@"\[(Fact|Theory)[^\n]*\]\s+(\[[^\n]*\]\s+)*public (async )?(Task|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Test();

    [GeneratedRegex(@"^test\('(?<title>[^']+)'", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Title();
}
