using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>
/// Plans classes, structs and interfaces of the program: those with carried members by their generated codec, others by
/// what is public in them, as System.Text.Json would; base types by what is declared for them.
/// </summary>
internal sealed class ObjectPlanner(TypePlanner types)
{
    private const string JsonDerivedType = "System.Text.Json.Serialization.JsonDerivedTypeAttribute";

    private readonly Dictionary<string, TypePlan?> _own = [];

    public TypePlan? Plan(INamedTypeSymbol type, string path, Location? at)
    {
        List<(INamedTypeSymbol Type, string Name)> derived = DeclaredTypes(type);
        if ((type.IsAbstract || type.TypeKind == TypeKind.Interface) && derived.Count == 0)
        {
            return types.Refuse(Rules.UnknownHolds, at, path, type.Short());
        }

        if (type.IsValueType || (type.IsSealed && derived.Count == 0))
        {
            return PlanOwn(type, path, at, plan => types.SetPlan(type, plan));
        }

        string field = types.ReserveField();
        var plan = new TypePlan($"__Codecs.{field}", FillsInPlace: type.IsCarriedClass(), IsComplete: true);
        types.SetPlan(type, plan);
        List<string> cases = [];
        if (!type.IsAbstract && type.TypeKind != TypeKind.Interface)
        {
            derived.Insert(0, (type, ""));
        }

        string full = type.Full();
        foreach ((INamedTypeSymbol one, string name) in derived)
        {
            if (PlanOwn(one, path, at, static _ => { }) is not { } own)
            {
                types.SetPlan(type, null);
                return null;
            }

            plan = plan with { IsComplete = plan.IsComplete && own.IsComplete, FillsOnly = plan.FillsOnly || own.FillsOnly };
            cases.Add($"new global::Yadokari.Rpc.State.Coding.DerivedCase<{full}, {one.Full()}>({name.Quoted()}, {own.Codec})");
        }

        types.TellField(
            field,
            $"global::Yadokari.Rpc.State.Coding.ReferenceCodec<{full}>",
            $"{Names.GlobalCodecs}.Polymorphic<{full}>(null, {string.Join(", ", cases)})");
        types.SetPlan(type, plan);
        return plan;
    }

    /// <summary>The codec of exactly this type.</summary>
    private TypePlan? PlanOwn(INamedTypeSymbol type, string path, Location? at, Action<TypePlan?> whilePlanning)
    {
        if (_own.TryGetValue(type.Full(), out TypePlan? known))
        {
            return known;
        }

        if (type.IsCarriedClass())
        {
            return _own[type.Full()] = PlanCarried(type, path, at);
        }

        if (type.AllInterfaces.Any(static i => i.SpecialType == SpecialType.System_Collections_IEnumerable))
        {
            return types.Refuse(Rules.UnknownCollection, at, path, type.Short());
        }

        ObjectPlan plan = types.AddObject(type);
        var planned = new TypePlan($"__Codecs.{plan.CodecName}.Instance", FillsInPlace: false, IsComplete: true);
        _own[type.Full()] = planned;
        whilePlanning(planned);
        if (!new ObjectMembers(types, plan, path, at).Plan())
        {
            _own.Remove(type.Full());
            whilePlanning(null);
            return null;
        }

        planned = planned with { IsComplete = plan.BuildsAtOnce && plan.Members.All(static m => m.Plan.IsComplete) };
        whilePlanning(planned);
        return _own[type.Full()] = planned;
    }

    private TypePlan? PlanCarried(INamedTypeSymbol type, string path, Location? at)
    {
        if (type.WithBases().SelectMany(static t => t.GetMembers()).Any(static m => m.Has(Names.CarriedAttribute) && IsTracking(m)))
        {
            return types.Refuse(Rules.TrackedPlace, at, path, type.Short());
        }

        return new($"{type.Full()}.{Names.Codec}.Instance", FillsInPlace: true, IsComplete: false) { FillsOnly = !CanBeMade(type) };
    }

    /// <summary>Generated code inside the class can make one.</summary>
    public static bool CanBeMade(INamedTypeSymbol type) =>
        !type.IsAbstract
        && type.InstanceConstructors.Any(static c => c.Parameters.IsEmpty)
        && !type.WithBases().SelectMany(static t => t.GetMembers()).Any(static m => m is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true });

    public static bool IsTracking(ISymbol member) =>
        TypeOf(member)?.OriginalDefinition.ToDisplayString() is Names.CarriedDictionary or Names.CarriedList;

    public static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        _ => null,
    };

    private static List<(INamedTypeSymbol Type, string Name)> DeclaredTypes(INamedTypeSymbol type) =>
    [
        .. from attribute in type.GetAttributes()
           where attribute.AttributeClass?.ToDisplayString() is Names.CarriedTypeAttribute or JsonDerivedType
           where attribute.ConstructorArguments.Length > 0
           let derived = attribute.ConstructorArguments[0].Value as INamedTypeSymbol
           where derived is not null && !SymbolEqualityComparer.Default.Equals(derived, type)
           let name = attribute.ConstructorArguments.Length > 1 ? attribute.ConstructorArguments[1].Value?.ToString() : null
           select (derived, (name ?? derived.Name).Replace(':', '_')),
    ];
}
