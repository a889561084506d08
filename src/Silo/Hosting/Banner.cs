using Orchestrator.Api;

namespace Orchestrator.Hosting;

/// <summary>What the operator sees first.</summary>
public static class Banner
{
    public static void Print(OrchestratorHost host)
    {
        var address = host.Addresses.First();
        Console.WriteLine($"""

              Orchestrator {SystemCommands.Version.OrchestratorVersion}

              listening on   {string.Join(", ", host.Addresses)}
              engine         {host.EngineName}
              gateway        {host.GatewayTag} (before the ids of its Socket.IO connections)
              storage        {host.StoragePlace}
              clients        {address}/hub (SignalR)   {address}/api (HTTP)   {address}/socket.io (VR2Gather)
              description    {address}/openapi/v1.json
              try            cd samples/first-light && npm install && node first-light.mjs{(address == "http://127.0.0.1:8090" ? "" : $" --url {address}")}

              Ctrl+C stops it.

            """);
    }
}
