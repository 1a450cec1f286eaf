using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>Finds what is public in a type, and how an object with it is made again.</summary>
internal sealed class ObjectMembers(TypePlanner types, ObjectPlan plan, string path, Location? at)
{
    private const string JsonIgnore = "System.Text.Json.Serialization.JsonIgnoreAttribute";
    private const string JsonPropertyName = "System.Text.Json.Serialization.JsonPropertyNameAttribute";
    private const string JsonConstructor = "System.Text.Json.Serialization.JsonConstructorAttribute";

    private readonly INamedTypeSymbol _type = plan.Type;

    /// <summary>Fills in the plan; false when something can't be carried, which has been told.</summary>
    public bool Plan()
    {
        List<ISymbol> members = PublicMembers();
        IMethodSymbol? constructor = ChooseConstructor(members);
        if (constructor is null && !_type.IsValueType)
        {
            types.Tell(Rules.NoConstructor, at, path, _type.Short());
            return false;
        }

        plan.Parameters = constructor is null ? [] : [.. constructor.Parameters];
        bool all = true;
        List<MemberPlan> planned = [];
        foreach (ISymbol member in members)
        {
            ITypeSymbol type = ObjectPlanner.TypeOf(member)!;
            IParameterSymbol? parameter = plan.Parameters.FirstOrDefault(p => Matches(p, member));
            Restoring? how = parameter is not null ? Restoring.Construct : How(member);
            // A property without setter and without a field of its own is computed from others.
            if (how is null && !HasOwnField(member))
            {
                continue;
            }

            string memberPath = $"{path} → {_type.Short()}.{member.Name}";
            if (types.Plan(type, memberPath, at) is not { } typePlan)
            {
                all = false;
                continue;
            }

            if (how is null && typePlan.FillsInPlace)
            {
                how = Restoring.Fill;
            }

            if (how is null || (typePlan.FillsOnly && how != Restoring.Fill))
            {
                types.Tell(how is null ? Rules.NoSetter : Rules.NoConstructor, at, memberPath, how is null ? member.Name : type.Short());
                all = false;
                continue;
            }

            bool required = member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true };
            planned.Add(new(member, type, NameOf(member), typePlan, how.Value, required) { Parameter = parameter });
        }

        plan.Members = planned;
        TellHiddenState(members);
        return all;
    }

    private List<ISymbol> PublicMembers()
    {
        if (_type.IsTupleType)
        {
            return [.. _type.TupleElements.Select(static e => (ISymbol)(e.CorrespondingTupleField ?? e))];
        }

        var seen = new HashSet<string>();
        return
        [
            .. from type in _type.WithBases()
               from member in type.GetMembers()
               where member is { IsStatic: false, DeclaredAccessibility: Accessibility.Public, IsImplicitlyDeclared: false }
                   or IPropertySymbol { IsStatic: false, DeclaredAccessibility: Accessibility.Public }
               where member is IFieldSymbol { IsConst: false } or IPropertySymbol { IsIndexer: false, GetMethod: not null }
               where !member.Has(JsonIgnore) && seen.Add(member.Name)
               select member,
        ];
    }

    private IMethodSymbol? ChooseConstructor(List<ISymbol> members)
    {
        IMethodSymbol[] usable = [.. _type.InstanceConstructors.Where(c => types.CanAccess(c) && !IsCopy(c))];
        if (usable.FirstOrDefault(static c => c.Has(JsonConstructor)) is { } chosen)
        {
            return chosen;
        }

        IMethodSymbol? empty = usable.FirstOrDefault(static c => c.Parameters.IsEmpty);
        IMethodSymbol? full = usable
            .Where(c => !c.Parameters.IsEmpty && c.Parameters.All(p => members.Exists(m => Matches(p, m))))
            .OrderByDescending(static c => c.Parameters.Length)
            .FirstOrDefault();
        bool needsParameters = full is not null && members.Exists(m => How(m) is null && full.Parameters.Any(p => Matches(p, m)));
        return needsParameters ? full : empty ?? full;
    }

    private Restoring? How(ISymbol member) => member switch
    {
        IFieldSymbol { IsReadOnly: true } => null,
        IFieldSymbol { IsRequired: true } => Restoring.Initialize,
        IFieldSymbol => Restoring.Set,
        IPropertySymbol { SetMethod: { } setter } property when types.CanAccess(setter) =>
            setter.IsInitOnly || property.IsRequired ? Restoring.Initialize : Restoring.Set,
        _ => null,
    };

    // A private setter in this program's own source means state as well; of other assemblies only what is public is known.
    private bool HasOwnField(ISymbol member) =>
        member is IFieldSymbol
        || member.ContainingType.GetMembers().Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, member));

    private void TellHiddenState(List<ISymbol> members)
    {
        IEnumerable<ISymbol> hidden =
            from type in _type.WithBases()
            where type.Locations.Any(static l => l.IsInSource) && !_type.IsTupleType
            from field in type.GetMembers().OfType<IFieldSymbol>()
            where !field.IsStatic && !field.IsConst
            let shown = field.AssociatedSymbol ?? field
            where !shown.IsImplicitlyDeclared && !shown.Has(JsonIgnore) && !members.Exists(m => m.Name == shown.Name)
            select shown;
        if (hidden.FirstOrDefault() is { } first)
        {
            types.Tell(Rules.HiddenState, at, path, _type.Short(), first.Name);
        }
    }

    private static string NameOf(ISymbol member) =>
        (member.Find(Names.CarriedAsAttribute) ?? member.Find(JsonPropertyName))?.ConstructorArguments.FirstOrDefault().Value as string ?? member.Name;

    private static bool Matches(IParameterSymbol parameter, ISymbol member) =>
        string.Equals(parameter.Name, member.Name, StringComparison.OrdinalIgnoreCase)
        && SymbolEqualityComparer.Default.Equals(parameter.Type, ObjectPlanner.TypeOf(member));

    private bool IsCopy(IMethodSymbol constructor) =>
        _type.IsRecord && constructor.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, _type);
}
