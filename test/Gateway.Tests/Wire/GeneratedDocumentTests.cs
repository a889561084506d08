using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Orchestrator.Api;
using Orchestrator.Http;

namespace Orchestrator.Gateway.Wire;

/// <summary>docs/refusals.md and docs/rights.md are made from the tables in the source; UPDATE_DOCS=1 writes them anew.</summary>
public sealed class GeneratedDocumentTests
{
    private const string Update = "UPDATE_DOCS";

    [Fact]
    public void The_refusals_are_documented_as_they_are() => Compare("refusals.md", Refusals());

    [Fact]
    public void The_rights_are_documented_as_they_are() => Compare("rights.md", RightsText());

    [Fact]
    public void A_code_that_is_only_on_HTTP_is_not_also_never_there() => HttpRefusals.OnHttpAlone.Intersect(HttpRefusals.NeverOnHttp).ShouldBeEmpty();

    private static void Compare(string file, string text)
    {
        var path = Repository.Find($"docs/{file}");
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(path, text);
        }

        File.ReadAllText(path).ShouldBe(text, $"docs/{file} is not what the source says: run this with {Update}=1, and look at what has changed");
    }

    private static string Refusals()
    {
        var meanings = Meanings();
        var text = new StringBuilder("""
            # Refusals

            Made from `src/Grains.Abstractions/RefusalCode.cs`. Codes are for ever. Numbers below 9000 are those of the VRTogether orchestrator. Retry: the same command may succeed a little later.
            "every" wire is the hub, HTTP, and Socket.IO.

            | number | code | retry | HTTP status | wires | meaning |
            |---|---|---|---|---|---|

            """);
        foreach (var code in Enum.GetValues<RefusalCode>().Order())
        {
            var status = HttpRefusals.NeverOnHttp.Contains(code) ? "" : HttpRefusals.StatusOf(code).ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"| {(int)code} | {Replies.NameOf(code)} | {(code.IsTemporary() ? "yes" : "")} | {status} | {WiresOf(code)} | {meanings[code.ToString()]} |\n");
        }

        return text.ToString();
    }

    private static string WiresOf(RefusalCode code) =>
        HttpRefusals.OnHttpAlone.Contains(code) ? "HTTP" : HttpRefusals.NeverOnHttp.Contains(code) ? "hub, Socket.IO" : "every";

    private static string RightsText()
    {
        var text = new StringBuilder("""
            # Rights

            Made from `src/Gateway/Api/Rights.cs`, the one table. Who has no such right is refused: 204 (HTTP 401) before login, 801 (HTTP 403) after it. In a session: 800 for who is not in it (700 for reading it), 3012 for
            who is not its master, 501 for who is not its administrator, 801 for who is neither and should be one of them. With `Admin:TrustLoopback` callers on the server's own machine count as administrators.

            | command | who | in the session |
            |---|---|---|

            """);
        foreach (var (command, right) in Rights.Table.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{command}` | {Of(right.Permission)} | {Of(right.Standing)} |\n");
        }

        return text.ToString();
    }

    private static string Of(Permission permission) => permission switch
    {
        Permission.Anyone => "anyone",
        Permission.LoggedIn => "whoever is logged in",
        Permission.Account => "whoever has an account",
        Permission.Administrator => "administrators",
        _ => throw new ArgumentOutOfRangeException(nameof(permission), permission, null),
    };

    private static string Of(Standing standing) => standing switch
    {
        Standing.Any => "",
        Standing.Member => "a member",
        Standing.Master => "the master",
        Standing.Administrator => "the administrator",
        Standing.Director => "the master or the administrator",
        Standing.Reader => "a member or the administrator",
        _ => throw new ArgumentOutOfRangeException(nameof(standing), standing, null),
    };

    /// <summary>The comments beside the codes.</summary>
    private static Dictionary<string, string> Meanings()
    {
        var prefix = $"F:{typeof(RefusalCode).FullName}.";
        return XDocument.Load(Path.ChangeExtension(typeof(RefusalCode).Assembly.Location, ".xml")).Descendants("member")
            .Where(m => m.Attribute("name")!.Value.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(m => m.Attribute("name")!.Value[prefix.Length..], m => m.Element("summary")!.Value.Trim(), StringComparer.Ordinal);
    }
}
