# Names of fields, kinds of change, and how differences are told. Used by several pages.
change-role-system = Instructions
change-role-user = Request
change-role-assistant = Example answer
change-kind-none = No change
change-kind-patch = Fix (patch)
change-kind-minor = Addition (minor)
change-kind-major = Breaking change (major)
change-kind-none-means = Nothing differs.
change-kind-patch-means = Neither applications nor the model notice.
change-kind-minor-means = Applications keep working. Answers may differ.
change-kind-major-means = Some application may have to be adapted first.
change-title = Title
change-summary = Summary
change-intent = Purpose
change-change-intent = Why this version
change-owners = Owners
change-owner-business = Who answers for what it says
change-owner-technical = Who answers for how it works
change-owner-rollback = Who takes it back when it fails
change-risk = Risk
change-tags = Tags
change-limitations = Known limits
change-message-of = Message { $number } ({ $role })
change-message = Message { $number }
change-messages = Messages
change-body = The text
change-model = Model
change-model-family = Model family
change-model-allow = Models allowed
change-model-parameter = Model parameter
change-constant = Fixed value
change-constant-description = Meaning of the fixed value { $name }
change-constant-contract = Whether applications rely on the fixed value { $name }
change-constant-stricter = Stricter direction of the fixed value { $name }
change-inputs = Inputs
change-shared = Shared text
change-output = Output
change-tools = Tool
change-retrieval = What is looked up first
change-allowed = Allowed
change-forbidden = Never allowed
change-approval = Only with approval
change-escalation = When it hands over to a person
change-authority = What it may lead to
change-integration = Setting for other systems
change-overridable = What may differ per audience
change-tests = Test case
change-whole = The whole text
change-table = What else differs
change-field = Field
change-nothing = nothing
change-empty = (empty)
change-yes = yes
change-no = no
change-moved = (other order)
change-example = For example:
change-rule = The rule
change-boundary = { $count ->
    [one] This change lets it do more than before:
   *[other] These { $count } changes let it do more than before:
}
change-boundary-possible = (This is not certain: compare both sides.)
change-version = Version { $version }
change-value = Show it ({ $count } lines)
change-cases = { $count ->
    [one] 1 difference in test cases
   *[other] { $count } differences in test cases
}
