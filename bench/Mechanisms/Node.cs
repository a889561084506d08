using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Devices;
using Orchestrator.Users;

namespace Orchestrator.Mechanisms;

/// <summary>One silo, in this process.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly IHost _host;

    // A reference does not keep what it refers to.
    private BenchRelay? _relay;

    private Node(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public IProducer Producer => Grains.GetGrain<IProducer>("producer");

    public IResults Results => Grains.GetGrain<IResults>(IResults.Key);

    public static async Task<Node> Start(Mechanism mechanism, int port, int primaryPort)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Critical).AddSimpleConsole();
        builder.Services.AddSingleton(static services => new Receiving(services.GetRequiredService<IGrainFactory>().GetGrain<IProducer>("producer")));
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, gatewayPort: 0, new IPEndPoint(IPAddress.Loopback, primaryPort));
            MechanismSetup.AddTo(silo, mechanism);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new Node(host);
    }

    /// <summary>Makes the receivers, here.</summary>
    public async Task Receive(Mechanism mechanism)
    {
        await Results.Count();
        if (mechanism is not (Mechanism.Relay or Mechanism.StreamDriver))
        {
            for (var i = 0; i < Receiving.Receivers; i++)
            {
                await Grains.GetGrain<IReceiver>(Receiving.NameOf(i)).Begin(mechanism);
            }

            return;
        }

        _relay = new BenchRelay(_host.Services.GetRequiredService<Receiving>());
        var gateway = new GatewayAddress("bench", Grains.CreateObjectReference<IRelay>(_relay));
        for (var i = 0; i < Receiving.Receivers; i++)
        {
            var name = Receiving.NameOf(i);
            await Producer.Subscribe(gateway, new Seat(new ConnectionId(name), new UserId(name), new DeviceId(name)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
