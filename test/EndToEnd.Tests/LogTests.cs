using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Hosting;

namespace Orchestrator.EndToEnd;

/// <summary>The log on the console cannot be made to say what did not happen, whatever a client is called.</summary>
public sealed class LogTests
{
    private const string Name = "evil\u001b[31m\n12:00:00.000 info: Orchestrator.Audit[0] fake\0";
    private const string Written = "evil\\u001b[31m 12:00:00.000 info: Orchestrator.Audit[0] fake\\u0000";

    [Fact]
    public async Task A_name_with_control_characters_is_one_line_of_the_log_and_tells_a_terminal_nothing()
    {
        using var directory = new TemporaryDirectory();
        await using var process = await OrchestratorProcess.Start(directory.Path);
        await using var client = await HubClient.Connect(process.Address);
        (await client.Invoke("Login", new { userName = Name })).Ok();

        (await client.Invoke("ResetOrchestrator")).Error.ShouldBe((int)RefusalCode.NotAllowed);

        await Eventually(() => process.Output.Contains("ResetOrchestrator of all", StringComparison.Ordinal) ? null : "it is not logged yet");
        process.Output.Split('\n').Single(l => l.Contains("fake", StringComparison.Ordinal)).ShouldContain($"({Written})");
        process.Output.ShouldNotContain('\u001b');
        process.Output.ShouldNotContain('\0');
    }

    [Theory]
    [InlineData(Name, Written)]
    [InlineData("a\rb\r\nc", "a b c")]
    [InlineData("\u202egnihton\u2066", "\\u202egnihton\\u2066")]
    [InlineData("\u009b31m\u007f", "\\u009b31m\\u007f")]
    [InlineData("Zoë 🎻 \\", "Zoë 🎻 \\")]
    public void What_a_terminal_would_obey_is_written_as_its_code(string text, string written)
    {
        var line = new StringWriter { NewLine = "\n" };

        new LogLines().Write(new LogEntry<string>(LogLevel.Warning, "Some.Category", new EventId(7), text, new IOException(text), static (state, _) => state), null, line);

        line.ToString().ShouldEndWith($": Some.Category[7] {written} System.IO.IOException: {written}\n");
    }
}
