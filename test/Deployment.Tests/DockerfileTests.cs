using System.Text.Json;
using Orchestrator.Deployment.Rules;

namespace Orchestrator.Deployment;

/// <summary>The image cannot be built where there is no engine for it; what can be said without one is said here.</summary>
public sealed class DockerfileTests
{
    private static readonly Dockerfile File = Dockerfile.Read();

    [Fact]
    public void What_it_copies_is_there_and_is_not_ignored()
    {
        var kept = Repository.Read(".dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        foreach (var source in File.Sources)
        {
            Path.Exists(Repository.Find(source)).ShouldBeTrue(source);
            kept.ShouldContain(pattern => IsMatch(pattern, source), source);
        }
    }

    [Fact]
    public void All_that_a_build_reads_beside_the_sources_is_copied() =>
        new[] { "*.props", "*.targets", "global.json", "BannedSymbols.txt", ".editorconfig" }
            .SelectMany(pattern => Directory.EnumerateFiles(Repository.Root, pattern))
            .Select(Path.GetFileName)
            .Append("src/")
            .ShouldBe(File.Sources, ignoreOrder: true);

    [Fact]
    public void Its_stages_have_names_and_their_images_are_pinned()
    {
        var stages = File.Instructions.Where(instruction => instruction.Name == "FROM").Select(from => from.Text.Split(' ')).ToList();
        stages.Select(words => words[^1]).ShouldBe(["build", "run"]);
        stages.ShouldAllBe(words => words.Length == 3 && SecurityRules.IsPinned(words[0]));
    }

    [Fact]
    public void It_runs_as_the_user_that_Kubernetes_is_told()
    {
        var user = File.Last.Single(instruction => instruction.Name == "USER").Text.Split(':');
        user.Distinct().Count().ShouldBe(1);
        long.Parse(user[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        Repository.Read("k8s/base/deployment.yaml").ShouldContain($"runAsUser: {user[0]}\n");
        File.Last.Single(instruction => instruction.Name == "RUN").Text.ShouldContain($"--owner={user[0]}");
    }

    [Fact]
    public void It_publishes_the_program_on_the_engine_that_is_asked_for()
    {
        var publish = File.Instructions.Single(instruction => instruction.Text.Contains("dotnet publish", StringComparison.Ordinal)).Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Directory.Exists(Repository.Find(publish[Array.IndexOf(publish, "publish") + 1])).ShouldBeTrue();
        publish.ShouldContain("-p:Engine=$ENGINE");
        File.Instructions.ShouldContain(new Instruction("ARG", "ENGINE=Local"));
        Words("ENTRYPOINT").ShouldBe(["dotnet", $"{typeof(Hosting.OrchestratorHost).Assembly.GetName().Name}.dll"]);
    }

    [Fact]
    public void The_program_knows_its_arguments_and_writes_where_it_may()
    {
        ProgramStart.Arguments(Words("CMD")).ShouldBeEmpty();
        Words("CMD")[^1].ShouldBe(File.Last.Single(instruction => instruction.Name == "VOLUME").Text);
        File.Last.ShouldContain(new Instruction("ENV", "DOTNET_EnableDiagnostics=0"), "without it the runtime writes to /tmp");
    }

    private static string[] Words(string instruction) => JsonSerializer.Deserialize<string[]>(File.Last.Single(last => last.Name == instruction).Text)!;

    private static bool IsMatch(string pattern, string path) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false);
}
