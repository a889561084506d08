using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.Connections;
using Orchestrator.SignalR;

namespace Orchestrator.Gateway.Wire;

/// <summary>docs/wire.md is the snapshot of the wire: what changes here must change there.</summary>
public sealed partial class WireTests
{
    private static readonly string Document = Repository.Read("docs/wire.md");

    [Fact]
    public async Task Every_command_is_documented_with_its_parameters()
    {
        await using var server = await HubServer.Start();
        var commands = server.Services.GetRequiredService<CommandTable>().All;

        var documented = CommandRow().Matches(Document).ToDictionary(m => m.Groups["name"].Value, m => TopLevel(m.Groups["parameters"].Value), StringComparer.Ordinal);

        documented.Keys.Order(StringComparer.Ordinal).ShouldBe(commands.Select(c => c.Name).Order(StringComparer.Ordinal));
        foreach (var command in commands)
        {
            documented[command.Name].ShouldBe(ParametersOf(command), ignoreOrder: true, command.Name);
        }
    }

    [Fact]
    public void Every_event_is_documented()
    {
        foreach (var name in typeof(IOrchestratorClient).GetMethods().Select(m => m.Name))
        {
            Document.ShouldContain($"`{name}`");
        }
    }

    [Fact]
    public void Every_close_code_is_documented()
    {
        foreach (var code in Enum.GetValues<CloseCode>())
        {
            Document.ShouldContain(((int)code).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<string> ParametersOf(Command command)
    {
        // These two take none on the hub; what the table knows more of them belongs to HTTP and to later wires.
        if (command.Name is "LeaveSession" or "GetSessionInfo")
        {
            return [];
        }

        return command.ParametersType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name) + (IsOptional(command.ParametersType, p) ? "?" : ""));
    }

    private static bool IsOptional(Type type, PropertyInfo property) =>
        type.GetConstructors().SelectMany(c => c.GetParameters()).FirstOrDefault(p => p.Name == property.Name) is { HasDefaultValue: true }
        // Missing is a refusal of its own for these, so binding lets it pass.
        && property.Name is not ("Event" or "Data" or "AudioData" or "Kind" or "DataStreamUserId") && !(property.Name == "UserId" && type.Name == "RegisterStreamParameters")
        && !(property.Name == "UserId" && type.Name.EndsWith("EventParameters", StringComparison.Ordinal));

    /// <summary>The parameters of a row, without those of nested objects.</summary>
    private static string[] TopLevel(string parameters) =>
        [.. Nested().Replace(parameters.Replace("`", "", StringComparison.Ordinal), "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    [GeneratedRegex(@"^\| `(?<name>[A-Z]\w+)` \| (?<parameters>[^|]*)\|[^|]*\|[^|]*\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CommandRow();

    [GeneratedRegex(@" *\{[^}]*\}(\[\])?", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Nested();
}
