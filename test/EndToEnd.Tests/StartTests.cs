using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

namespace Orchestrator.EndToEnd;

/// <summary>What an operator meets at the start and at the end of the process.</summary>
public sealed class StartTests
{
    private const int Usage = 1;
    private const int Storage = 2;
    private const int Address = 3;

    [Fact]
    public async Task It_says_where_it_listens_and_what_it_runs_on()
    {
        using var directory = new TemporaryDirectory();
        await using var process = await OrchestratorProcess.Start(directory.Path);

        await Eventually(() => process.Output.Contains("Ctrl+C", StringComparison.Ordinal) ? null : "it has not said everything yet");
        process.Output.ShouldContain("engine");
        process.Output.ShouldContain("SQLite");
        process.Output.ShouldContain("samples/first-light");
        using var http = new HttpClient { BaseAddress = process.Address };
        (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? null : "it is not ready");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_ends_with_code_0_when_it_is_told_to(bool byInterrupt)
    {
        using var directory = new TemporaryDirectory();
        await using var process = await OrchestratorProcess.Start(directory.Path);

        (byInterrupt ? (Action)process.Interrupt : process.Terminate)();

        (await process.WaitForExit()).ShouldBe(0);
        process.Errors.Trim().ShouldBeEmpty();
        process.Output.ShouldNotContain("fail:");
        process.Output.ShouldNotContain("warn:");
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        await using var process = OrchestratorProcess.Launch(["--help"]);

        (await process.WaitForExit()).ShouldBe(0);
        foreach (var option in new[] { "--urls", "--data", "--config", "--help" })
        {
            process.Output.ShouldContain(option);
        }
    }

    [Fact]
    public async Task An_unknown_option_is_named_and_refused()
    {
        await using var process = OrchestratorProcess.Launch(["--prot", "80"]);

        (await process.WaitForExit()).ShouldBe(Usage);
        process.Errors.ShouldContain("--prot");
    }

    [Theory]
    [InlineData("ORCHESTRATOR_Limits__GraceSecond", "5", "Limits:GraceSecond")]
    [InlineData("ORCHESTRATOR_Limit__GraceSeconds", "5", "Limit")]
    [InlineData("ORCHESTRATOR_Limits__GraceSeconds", "-1", "GraceSeconds")]
    [InlineData("ORCHESTRATOR_Limits__GraceSeconds", "soon", "GraceSeconds")]
    [InlineData("ORCHESTRATOR_Gateway__Guests", "Sometimes", "Gateway:Guests")]
    public async Task A_configuration_key_that_is_unknown_or_wrong_is_named_and_refused(string variable, string value, string named)
    {
        using var directory = new TemporaryDirectory();
        await using var process = OrchestratorProcess.Launch(
            ["--urls", "http://127.0.0.1:0", "--data", directory.Path], new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = value });

        (await process.WaitForExit()).ShouldBe(Usage);
        process.Errors.ShouldContain(named);
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused_and_names_the_other_process()
    {
        using var directory = new TemporaryDirectory();
        await using var first = await OrchestratorProcess.Start(directory.Path);
        await using var second = OrchestratorProcess.Launch(["--urls", "http://127.0.0.1:0", "--data", directory.Path]);

        (await second.WaitForExit()).ShouldBe(Storage);
        second.Errors.ShouldContain($"in use by process {first.Id}");
    }

    [Fact]
    public async Task A_corrupt_database_is_refused_and_named()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("orchestrator.db"), new string('x', 10_000));
        await using var process = OrchestratorProcess.Launch(["--urls", "http://127.0.0.1:0", "--data", directory.Path]);

        (await process.WaitForExit()).ShouldBe(Storage);
        process.Errors.ShouldContain("orchestrator.db");
    }

    [Fact]
    public async Task A_database_that_stalls_at_the_start_is_given_up_with_a_sentence()
    {
        using var directory = new TemporaryDirectory();
        await (await OrchestratorProcess.Start(directory.Path)).DisposeAsync();
        using var other = new SqliteConnection($"Data Source={directory.File("orchestrator.db")};Pooling=False");
        other.Open();
        using var hold = other.CreateCommand();
        hold.CommandText = "BEGIN EXCLUSIVE";
        hold.ExecuteNonQuery();
        await using var process = OrchestratorProcess.Launch(
            ["--urls", "http://127.0.0.1:0", "--data", directory.Path],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ORCHESTRATOR_Storage__StartTimeout"] = "00:00:01" });

        (await process.WaitForExit()).ShouldBe(Storage);
        process.Errors.ShouldContain("orchestrator");
    }

    [Fact]
    public async Task An_address_in_use_is_refused_and_named()
    {
        using var directory = new TemporaryDirectory();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await using var process = OrchestratorProcess.Launch(["--urls", url, "--data", directory.Path]);

        (await process.WaitForExit()).ShouldBe(Address);
        process.Errors.ShouldContain(url);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ; ")]
    public async Task No_address_at_all_is_a_wrong_command_line(string urls)
    {
        using var directory = new TemporaryDirectory();
        await using var process = OrchestratorProcess.Launch(["--urls", urls, "--data", directory.Path]);

        (await process.WaitForExit()).ShouldBe(Usage);
        process.Errors.ShouldContain("--urls");
        process.Output.ShouldNotContain("listening");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://127.0.0.1:99999")]
    public async Task A_url_that_is_none_is_refused(string url)
    {
        using var directory = new TemporaryDirectory();
        await using var process = OrchestratorProcess.Launch(["--urls", url, "--data", directory.Path]);

        (await process.WaitForExit()).ShouldBe(Address);
        process.Errors.ShouldContain(url);
        process.Errors.ShouldNotContain("   at ");
    }
}
