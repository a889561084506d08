using System.Runtime.InteropServices;

namespace Orchestrator.LocalEngine;

/// <summary>Requests that wait, in order, linked by themselves.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct HeldRequests
{
    private WorkItem? _first;
    private WorkItem? _last;

    internal int Count { get; private set; }

    internal void Add(Request request)
    {
        request.Next = null;
        if (_last is null)
        {
            _first = request;
        }
        else
        {
            _last.Next = request;
        }

        _last = request;
        Count++;
    }

    internal Request? Take()
    {
        if (_first is not Request request)
        {
            return null;
        }

        _first = request.Next;
        _last = _first is null ? null : _last;
        request.Next = null;
        Count--;
        return request;
    }

    /// <summary>All of them, linked by Next.</summary>
    internal WorkItem? TakeAll()
    {
        var first = _first;
        this = default;
        return first;
    }
}
