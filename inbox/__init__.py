"""Who answers this turn: the assistant, a person, or nobody but ourselves?"""
