using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;

namespace Orchestrator.Tests;

/// <summary>What somebody is to the orchestrator.</summary>
public enum Rank
{
    Stranger,
    Guest,
    User,
    Administrator,
}

/// <summary>What somebody is to a session.</summary>
public enum Post
{
    Outsider,
    Member,
    Master,
    AdministratorInside,
    AdministratorOutside,
}

/// <summary>The answers to every command from everybody, as a server gives them: once for all tests of the rights.</summary>
public sealed class RightsFixture : IAsyncLifetime
{
    private HubServer _server = null!;
    private string _root = "";

    /// <summary>Codes of the answers; 0 is done.</summary>
    public Dictionary<(string Command, Rank Rank), int> ByRank { get; } = [];

    public Dictionary<(string Command, Post Post), int> ByPost { get; } = [];

    /// <summary>The sessions, and the roles of two accounts, before and after everything that is forbidden was tried.</summary>
    public (string Before, string After) AroundTheForbidden { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _server = await HubServer.Start(("Admin:User", "root"), ("Admin:Password", Names.Password));
        _root = (await _server.Post("/api/tokens", new { userName = "root", password = Names.Password })).Ok().Json.Text("token");
        // What ends everybody's sessions, and then everything, comes last.
        var commands = _server.Services.GetRequiredService<CommandTable>().All
            .OrderBy(c => c.Name is "ResetOrchestrator" ? 1 : c.Name is "TerminateOrchestrator" ? 2 : 0)
            .Where(c => ValidParameters.Table.ContainsKey(c.Name))
            .ToArray();
        await using var scene = await Scene.Begin(_server);
        var cells = commands.SelectMany(c => Enum.GetValues<Rank>().Select(rank => (Command: c, Rank: rank, IsAllowed: RightsTable.RefusalOf(c.Right, rank) is null))).ToArray();
        var before = await State();
        foreach (var cell in cells.Where(c => !c.IsAllowed))
        {
            ByRank[(cell.Command.Name, cell.Rank)] = await Try(cell.Command.Name, cell.Rank, scene.Ground);
        }

        AroundTheForbidden = (before, await State());
        foreach (var command in commands.Where(c => c.Right.Permission <= Permission.LoggedIn))
        {
            foreach (var post in Enum.GetValues<Post>())
            {
                await using var own = await Scene.Begin(_server);
                ByPost[(command.Name, post)] = await Invoke(await own.At(post), command.Name, own.Ground);
            }
        }

        foreach (var cell in cells.Where(c => c.IsAllowed))
        {
            ByRank[(cell.Command.Name, cell.Rank)] = await Try(cell.Command.Name, cell.Rank, scene.Ground);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string> State()
    {
        var dump = (await _server.Get("/api/admin/dump", _root)).Ok().Json;
        var members = dump.GetProperty("users").EnumerateArray().Where(u => u.TryGetProperty("sessionId", out _)).Select(u => u.GetRawText());
        var audit = (await _server.Get("/api/admin/audit", _root)).Ok().Json.EnumerateArray().Where(e => e.Text("action") != "DumpData").Select(e => e.GetRawText());
        return $"{dump.Text("id")} {dump.GetProperty("sessions")} {string.Join(' ', members)} {string.Join(' ', audit)}";
    }

    private async Task<int> Try(string command, Rank rank, Ground ground)
    {
        await using var client = await ClientOf(rank);
        return await Invoke(client, command, ground);
    }

    private static async Task<int> Invoke(HubClient client, string command, Ground ground)
    {
        var parameters = ValidParameters.Table[command](ground);
        return (await (parameters is null ? client.Invoke(command) : client.Invoke(command, parameters))).Error;
    }

    private async Task<HubClient> ClientOf(Rank rank)
    {
        var client = await _server.Connect();
        if (rank == Rank.Guest)
        {
            (await client.Invoke("Login", new { userName = "Guest" })).Ok();
        }
        else if (rank > Rank.Guest)
        {
            var userName = Names.New();
            (await _server.Post("/api/accounts", new { userName, password = Names.Password })).Ok();
            if (rank == Rank.Administrator)
            {
                (await _server.Ask(HttpMethod.Put, $"/api/accounts/{WebUtility.UrlEncode(userName).Replace("+", "%20", StringComparison.Ordinal)}/role", new { userAdmin = true }, _root)).Ok();
            }

            (await client.Invoke("Login", new { userName, userPassword = Names.Password })).Ok();
        }

        return client;
    }

    /// <summary>A session with somebody at every post but outside: its administrator may not be master.</summary>
    private sealed record Scene(HubClient Administrator, HubClient Master, HubClient Member, HubClient Outsider, Ground Ground) : IAsyncDisposable
    {
        public static async Task<Scene> Begin(HubServer server)
        {
            var (administrator, _) = await Enter(server, "Administrator");
            var session = (await administrator.Invoke("AddSession", new
            {
                sessionName = "the scene",
                canBeMaster = false,
                scenarioDefinition = new { scenarioId = "scene", scenarioRooms = new[] { new { roomId = "room", roomName = "Room" } } },
            })).Ok().Body.Text("sessionId");
            var (master, _) = await Enter(server, "Master");
            (await master.Invoke("JoinSession", new { sessionId = session })).Ok();
            var (member, memberId) = await Enter(server, "Member");
            (await member.Invoke("JoinSession", new { sessionId = session })).Ok();
            var (outsider, _) = await Enter(server, "Outsider");
            return new Scene(administrator, master, member, outsider, new Ground(session, memberId));
        }

        public async Task<HubClient> At(Post post)
        {
            if (post == Post.AdministratorOutside)
            {
                (await Administrator.Invoke("LeaveSession")).Ok();
            }

            return post switch
            {
                Post.Outsider => Outsider,
                Post.Member => Member,
                Post.Master => Master,
                _ => Administrator,
            };
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in new[] { Administrator, Master, Member, Outsider })
            {
                await client.DisposeAsync();
            }
        }

        private static async Task<(HubClient Client, string Id)> Enter(HubServer server, string name)
        {
            var client = await server.Connect();
            return (client, (await client.Invoke("Login", new { userName = name })).Ok().Body.Text("userId"));
        }
    }
}
