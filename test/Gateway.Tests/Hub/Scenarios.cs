namespace Orchestrator.Tests;

/// <summary>What all scenarios share: clients that end with the test, and a server that must not have logged an error.</summary>
public abstract class Scenarios(IScenarioWire wire, HubServer server) : IAsyncDisposable
{
    private readonly List<IScenarioClient> _clients = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        server.DemandNoErrors();
        GC.SuppressFinalize(this);
    }

    private protected IScenarioWire Wire => wire;

    private protected bool Has(WireFeatures feature) => wire.Features.HasFlag(feature);

    private protected void Need(WireFeatures feature) => Assert.SkipUnless(Has(feature), $"This wire does not have: {feature}.");

    private protected async Task<IScenarioClient> Connect()
    {
        var client = await wire.Connect();
        _clients.Add(client);
        return client;
    }

    /// <summary>A client with a guest logged in.</summary>
    private protected async Task<Person> Enter(string name, string? password = null)
    {
        var client = await Connect();
        return new Person(client, await client.Login(name, password));
    }

    /// <summary>A session of these guests; the first is its creator and master.</summary>
    private protected async Task<(string Session, Person[] Members)> Meet(params string[] names)
    {
        var members = new List<Person>();
        var session = "";
        foreach (var name in names)
        {
            var member = await Enter(name);
            members.Add(member);
            if (session.Length == 0)
            {
                session = (await member.Client.AddSession($"{name}'s session")).Ok().Body.Text("sessionId");
            }
            else
            {
                (await member.Client.JoinSession(session)).Ok();
            }
        }

        return (session, [.. members]);
    }
}

/// <summary>A client and who is logged in on it.</summary>
public sealed record Person(IScenarioClient Client, string Id);
